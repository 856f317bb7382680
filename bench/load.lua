-- Sends the requests of a file, each once and in order, and keeps the receipt index of every answer.
-- The file ($LOAD_IN) holds, per request, a decimal length, a newline, and the bytes of the whole HTTP request.
-- What came back goes to $LOAD_OUT: one JSON line of figures, then one receipt index a line.
local requests, sent = {}, 0
receipts, statuses = {}, {}
local threads = {}

function setup(thread)
  threads[#threads + 1] = thread
end

function init()
  local file = assert(io.open(os.getenv("LOAD_IN"), "rb"))
  local all = file:read("*a")
  file:close()
  local at = 1
  while true do
    local first, last, length = all:find("^(%d+)\n", at)
    if not first then break end
    requests[#requests + 1] = all:sub(last + 1, last + tonumber(length))
    at = last + tonumber(length) + 1
  end
end

function request()
  sent = sent + 1
  if sent > #requests then sent = 1; exhausted = 1 end
  return requests[sent]
end

function response(status, headers)
  local name = tostring(status)
  statuses[name] = (statuses[name] or 0) + 1
  local receipt = headers["lt-receipt"]
  if receipt then receipts[#receipts + 1] = receipt:match("index=(%d+)") end
end

function done(summary, latency)
  local out = io.open(os.getenv("LOAD_OUT"), "w")
  local thread = threads[1]
  local codes = {}
  for name, count in pairs(thread:get("statuses")) do codes[#codes + 1] = string.format('"%s":%d', name, count) end
  out:write(string.format(
    '{"requests":%d,"seconds":%.6f,"p50_ms":%.3f,"p99_ms":%.3f,"max_ms":%.3f,"errors":%d,"exhausted":%d,"statuses":{%s}}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    latency.max / 1e3,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    thread:get("exhausted") or 0, table.concat(codes, ",")))
  for _, index in ipairs(thread:get("receipts")) do out:write(index, "\n") end
  out:close()
end
