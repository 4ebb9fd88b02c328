/**
 * Hides secrets of an exchange that the page has whole: of one that was pinned while secrets were shown, or that comes from
 * an archive of somebody else. In: an exchange, and names of fields in lower case. Out: the same, masked as the server does.
 */
import type { ExchangeDetail, FieldView, HeadView, RefusalView, RequestView } from './exchange-view.js';
import { MASK, maskBytes, maskedLine, maskTrailers } from './redaction.js';

type Names = ReadonlySet<string>;

export function maskedDetail(exchange: ExchangeDetail, names: Names): ExchangeDetail {
  const { request, interims, response, refusal } = exchange;
  return {
    ...exchange,
    request: request && maskedRequest(request, names),
    interims: interims.map((head) => maskedHead(head, names)),
    response: response && {
      ...maskedHead(response, names),
      trailers: maskedFields(response.trailers, names),
    },
    refusal: refusal && maskedRefusal(refusal, names),
  };
}

function maskedRequest(request: RequestView, names: Names): RequestView {
  const { wire } = request;
  return {
    ...maskedHead(request, names),
    trailers: maskedFields(request.trailers, names),
    wire: wire && { ...wire, base64: btoa(maskTrailers(atob(wire.base64), names)) },
  };
}

const maskedHead = <Head extends HeadView>(head: Head, names: Names): Head => ({
  ...head,
  fields: maskedFields(head.fields, names),
});

const maskedFields = (fields: readonly FieldView[], names: Names): FieldView[] =>
  fields.map((field) =>
    names.has(field.name.trim().toLowerCase())
      ? { ...field, line: maskedLine(field.line), value: MASK, masked: true }
      : field,
  );

function maskedRefusal(refusal: RefusalView, names: Names): RefusalView {
  const { before, offending, after, isCut } = refusal;
  const bytes = maskBytes(before + offending + after, names, isCut);
  const end = before.length + offending.length;
  return {
    ...refusal,
    before: bytes.slice(0, before.length),
    offending: bytes.slice(before.length, end),
    after: bytes.slice(end),
  };
}
