// A site as people make them with Express 4 and 5; the caller brings the Express.
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import cookieParser from 'cookie-parser';
import session from 'express-session';

const folder = (name) => fileURLToPath(new URL(`express/${name}`, import.meta.url));

/** @param express the module, of either major version */
export function site(express) {
  let sessions = 0;
  const app = express();
  app.set('views', folder('views'));
  app.set('view engine', 'ejs');
  app.set('trust proxy', 'loopback');
  app.use(cookieParser('secret'));
  app.use(express.static(folder('public'), { maxAge: '1h' }));
  app.use(express.json({ limit: '1kb' }));
  app.use(express.urlencoded({ extended: true }));
  app.use(express.text());
  app.use(express.raw({ type: 'application/octet-stream' }));

  app.get('/', (_req, res) => res.send('Hello, World!'));
  app.all('/echo', (req, res) => res.json({ method: req.method, body: req.body ?? null }));
  app.post('/bytes', (req, res) => res.type('bin').send(req.body));
  app.get('/about/:name', (req, res) => {
    const { params, query, hostname, protocol, ip, path, originalUrl, secure, xhr, fresh } = req;
    const accepts = req.accepts(['json', 'html']);
    res.json({ params, query, hostname, protocol, ip, path, originalUrl, secure, xhr, fresh, accepts });
  });
  app.get('/view', (_req, res) => res.render('page', { title: 'Café', items: ['<un>', 'deux'] }));
  app.get('/cookies', (req, res) => {
    res
      .cookie('plain', 'été', { httpOnly: true })
      .cookie('signed', 'yes', { signed: true })
      .clearCookie('old');
    res.json({ cookies: req.cookies, signed: req.signedCookies });
  });
  const sessionOf = session({
    secret: 'secret',
    resave: false,
    saveUninitialized: false,
    genid: () => `session-${++sessions}`,
  });
  app.get('/session', sessionOf, (req, res) => {
    req.session.views = (req.session.views ?? 0) + 1;
    res.send(`views: ${req.session.views}`);
  });

  app.get('/redirect', (_req, res) => res.redirect(301, '/view'));
  app.get('/empty', (_req, res) => res.sendStatus(204));
  app.get('/fields', (_req, res) => {
    res
      .set({ 'X-One': '1', 'X-Latin': 'é', Vary: 'Accept' })
      .append('X-Two', ['a', 'b'])
      .vary('Cookie')
      .links({ next: '/2' });
    res.status(203).type('txt').send('fields');
  });
  app.get('/format', (_req, res) =>
    res.format({ html: () => res.send('<p>html</p>'), json: () => res.send({ as: 'json' }) }),
  );
  app.get('/download', (_req, res) => res.download(folder('public/notes.txt'), '3€.txt'));
  app.get('/jsonp', (_req, res) => res.jsonp({ as: 'script' }));
  app.get('/stream', (_req, res) => Readable.from(['one ', 'two ', 'three']).pipe(res));
  app.get('/written', (_req, res) => {
    res.writeHead(202, { 'Content-Type': 'text/plain' });
    res.write('first, ');
    setImmediate(() => res.end('then last'));
  });

  const router = express.Router();
  router.use((req, res, next) => {
    res.set('X-Router', req.baseUrl);
    next();
  });
  router
    .route('/item')
    .get((_req, res) => res.send('read'))
    .put((_req, res) => res.send('written'));
  app.use('/api', router);

  app.get('/throws', () => {
    throw Object.assign(new Error('thrown'), { status: 418 });
  });
  app.get('/next', (_req, _res, next) => setImmediate(next, new Error('passed on')));
  app.get('/late', (_req, res) => {
    res.write('half an ans');
    throw new Error('too late');
  });
  app.get('/unhandled', (_req, _res, next) => next(Object.assign(new Error('left alone'), { plain: true })));
  app.get('/rejects', async () => {
    await null;
    throw Object.assign(new Error('rejected'), { plain: true, status: 503 });
  });
  app.use((error, _req, res, next) => {
    if (error.plain || res.headersSent) return next(error);
    res.status(error.status ?? 500).json({ error: error.message, type: error.type });
  });
  return app;
}
