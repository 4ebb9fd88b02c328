-- wrk's side of load/wrk.mjs. With a file as argument: sends the requests in it one after the other, and begins again.
-- The file holds, for each request, its length in decimal, a line feed, and its bytes.
-- At the end prints one line of JSON.

function init(args)
  if not args[1] then return end
  local requests = {}
  local file = assert(io.open(args[1], "rb"))
  for length in function() return file:read("*n") end do
    file:read(1)
    requests[#requests + 1] = file:read(length)
  end
  file:close()
  local count, index = #requests, 0
  request = function()
    index = index % count + 1
    return requests[index]
  end
end

function done(summary, latency)
  local errors = summary.errors
  print(string.format(
    '{"requests":%d,"microseconds":%d,"p50":%d,"p99":%d,"failed":%d,"refused":%d}',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.timeout, errors.status))
end
