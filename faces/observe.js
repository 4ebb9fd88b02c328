// For the parts of premier that watch its servers and say how they are made; programs don't import it.
import inside from './observe.cjs';

export const { clientOf, isNoted, keepFromObservers, observe, observeServers, unobserve } = inside;
export const { answerPlainHttp, putBehindTls, setProxySenders, setTrustedProxies, setUsualKeepAliveTimeout } =
  inside;
