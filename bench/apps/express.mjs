import express from 'express';

const app = express();
app.get('/', (_req, res) => {
  res.type('text/plain').send('Hello, World!');
});
app.post('/', express.json(), (req, res) => {
  const { name, items } = req.body;
  res.json({ name, count: items.length });
});
const server = app.listen(0, '127.0.0.1', () => console.log(server.address().port));
