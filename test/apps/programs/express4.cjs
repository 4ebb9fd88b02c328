const express = require('express4');
import('./express-site.mjs').then(({ site }) => {
  const server = site(express).listen(0, () => console.log(server.address().port));
});
