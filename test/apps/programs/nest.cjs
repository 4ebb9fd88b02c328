// What TypeScript makes of a small NestJS app with decorators, written by hand.
require('reflect-metadata');
const nest = require('@nestjs/common');
const { NestFactory } = require('@nestjs/core');
const { of } = require('rxjs');

/** Applies decorators to a class, to a method or to the parameters of a method, as `@…` would. */
const decorate = (target, ...decorators) => {
  for (const decorator of decorators) decorator(target);
  return target;
};
const method = (type, name, decorators, parameters = []) => {
  const descriptor = Object.getOwnPropertyDescriptor(type.prototype, name);
  for (const decorator of decorators) decorator(type.prototype, name, descriptor);
  for (const [index, decorator] of parameters.entries()) decorator(type.prototype, name, index);
};

class CatsService {
  cats = [{ id: 1, name: 'Félix' }];
  find(id) {
    const cat = this.cats.find((one) => one.id === id);
    if (!cat) throw new nest.NotFoundException(`no cat ${id}`);
    return cat;
  }
  add(name) {
    this.cats.push({ id: this.cats.length + 1, name });
    return this.cats.at(-1);
  }
}
decorate(CatsService, nest.Injectable());

class KeyGuard {
  canActivate(context) {
    return context.switchToHttp().getRequest().headers['x-key'] === 'secret';
  }
}
class Teapot {
  catch(exception, host) {
    host.switchToHttp().getResponse().status(418).json({ from: 'filter', message: exception.message });
  }
}
decorate(Teapot, nest.Catch(RangeError));

class CatsController {
  constructor(service) {
    this.service = service;
  }
  all(query) {
    return { cats: this.service.cats, query };
  }
  add(body) {
    return this.service.add(body.name);
  }
  guarded() {
    return 'let in';
  }
  filtered() {
    throw new RangeError('out of range');
  }
  crash() {
    throw new Error('unknown');
  }
  raw(request, response) {
    response.cookie('raw', '1').send(`${request.method} by hand`);
  }
  later() {
    return of({ some: 'observable' });
  }
  events() {
    return of({ data: 'un' }, { data: { deux: 2 }, type: 'tick' });
  }
  file() {
    return new nest.StreamableFile(Buffer.from('un fichier'), { type: 'text/plain', disposition: 'inline' });
  }
  one(id) {
    return this.service.find(id);
  }
}
decorate(CatsController, nest.Controller('cats'));
Reflect.defineMetadata('design:paramtypes', [CatsService], CatsController);
const numeric = new nest.ParseIntPipe();
method(CatsController, 'all', [nest.Get()], [nest.Query()]);
method(CatsController, 'later', [nest.Get('later'), nest.Header('X-Kind', 'observable')]);
method(CatsController, 'guarded', [nest.Get('guarded'), nest.UseGuards(new KeyGuard())]);
method(CatsController, 'filtered', [nest.Get('filtered'), nest.UseFilters(new Teapot())]);
method(CatsController, 'crash', [nest.Get('crash')]);
method(CatsController, 'raw', [nest.Get('raw')], [nest.Req(), nest.Res()]);
method(CatsController, 'events', [nest.Sse('events')]);
method(CatsController, 'file', [nest.Get('file')]);
method(CatsController, 'one', [nest.Get(':id')], [nest.Param('id', numeric)]);
method(CatsController, 'add', [nest.Post(), nest.HttpCode(201)], [nest.Body()]);

class AppModule {
  configure(consumer) {
    const middleware = (_request, response, next) => {
      response.setHeader('X-Middleware', 'yes');
      next();
    };
    consumer.apply(middleware).forRoutes(CatsController);
  }
}
decorate(AppModule, nest.Module({ controllers: [CatsController], providers: [CatsService] }));

NestFactory.create(AppModule, { logger: false }).then(async (app) => {
  app.enableCors({ origin: 'https://example.com' });
  app.enableShutdownHooks();
  await app.listen(0, '127.0.0.1');
  console.log(app.getHttpServer().address().port);
});
