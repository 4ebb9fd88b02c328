import Koa from 'koa';

const app = new Koa();
app.use((context) => {
  context.body = 'Hello, World!';
});
const server = app.listen(0, '127.0.0.1', () => console.log(server.address().port));
