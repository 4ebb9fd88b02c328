import express from 'express';
import { site } from './express-site.mjs';

const server = site(express).listen(0, () => console.log(server.address().port));
