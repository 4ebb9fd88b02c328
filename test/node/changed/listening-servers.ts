// A Node that doesn't tell what keeps it running.
Reflect.deleteProperty(process, 'getActiveResourcesInfo');
