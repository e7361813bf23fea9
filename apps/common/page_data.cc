#include "apps/common/page_data.h"

#include <fmt/format.h>
#include <zlib.h>

#include <cstdlib>

#include "apps/common/page_files.h"
#include "tcp/state.h"
#include "trace/columns.h"
#include "trace/names.h"
#include "trace/qlog.h"

namespace sluice::common {
namespace {

using trace::append_json;

constexpr std::size_t packed_from = 64 * 1024;  // octets of data above which they are compressed

std::vector<std::uint8_t> gzip(const std::vector<std::uint8_t>& octets) {
    z_stream stream{};
    constexpr int gzip_window = 15 + 16, memory = 8;
    if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, gzip_window, memory, Z_DEFAULT_STRATEGY) !=
        Z_OK)
        return {};
    std::vector<std::uint8_t> out(deflateBound(&stream, octets.size()));
    stream.next_in = const_cast<std::uint8_t*>(octets.data());  // zlib reads only
    stream.avail_in = static_cast<uInt>(octets.size());
    stream.next_out = out.data();
    stream.avail_out = static_cast<uInt>(out.size());
    const int code = deflate(&stream, Z_FINISH);
    out.resize(code == Z_STREAM_END ? stream.total_out : 0);
    deflateEnd(&stream);
    return out;
}

void append_edges(std::string& out) {
    out += '[';
    bool is_first = true;
    for (const tcp::Edge& edge : tcp::edges) {
        if (!is_first) out += ',';
        is_first = false;
        append_json(out += '[', text_of(edge.from));
        append_json(out += ',', trace::name_of(edge.event));
        append_json(out += ',', text_of(edge.to));
        out += ']';
    }
    out += ']';
}

// Seconds of the day: enough to lay two traces of one machine over each other.
double seconds_of(const std::string& wall_clock) {
    if (wall_clock.size() < 20) return 0;
    const auto two = [&](std::size_t at) { return std::atoi(wall_clock.substr(at, 2).c_str()); };
    return two(11) * 3600 + two(14) * 60 + std::atof(wall_clock.substr(17).c_str());
}

void append_trace(std::string& out, const TraceFile& trace, double epoch) {
    append_json(out += "{\"title\":", trace.title);
    out += fmt::format(",\"epoch\":{:.9f},\"lost\":{},", epoch, trace.lost);
    std::vector<std::uint8_t> packed = trace::pack_columns(trace.records);
    const bool is_large = packed.size() > packed_from;
    if (is_large) packed = gzip(packed);
    out += fmt::format("\"gzip\":{},\"records\":\"{}\",\"facts\":[", is_large, trace::base64(packed));
    std::int32_t told = -1;
    for (std::size_t i = 0; i < trace.records.size(); ++i) {
        // Facts are told in the order of the records, each before the first one they hold for.
        for (; told < trace.facts_at[i]; ++told) {
            if (told >= 0) out += ',';
            append_facts(out, trace.facts[static_cast<std::size_t>(told + 1)], trace.records[i].number);
        }
    }
    out += "]}";
}

std::string with_escaped_tags(const std::string& json) {
    std::string out;
    out.reserve(json.size());
    for (const char c : json) {
        if (c == '<')
            out += "\\u003c";
        else
            out += c;
    }
    return out;
}

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '<')
            out += "&lt;";
        else if (c == '&')
            out += "&amp;";
        else
            out += c;
    }
    return out;
}

}  // namespace

void append_facts(std::string& out, const ConnectionFacts& facts, std::uint32_t from) {
    out += fmt::format("{{\"from\":{},\"connection\":{},\"local\":", from, facts.connection);
    append_json(out, facts.local);
    append_json(out += ",\"remote\":", facts.remote);
    out += fmt::format(
        ",\"active\":{},\"iss\":{},\"irs\":{},\"mss\":{},\"peerMss\":{},\"shift\":{},\"peerShift\":{},"
        "\"timestamps\":{},"
        "\"sack\":{},\"ended\":{}}}",
        facts.is_active, facts.iss, facts.irs, facts.mss, facts.peer_mss, facts.window_shift,
        facts.peer_window_shift, facts.timestamps, facts.sack, static_cast<unsigned>(facts.ended));
}

std::string words_and_edges() {
    std::string out = "\"words\":";
    trace::append_vocabulary(out);
    out += ",\"edges\":";
    append_edges(out);
    return out;
}

std::string page_with(std::string_view title, const std::string& data) {
    return fmt::format(
        "<!doctype html>\n<html lang=\"en\" data-theme=\"dark\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
        "'unsafe-inline'; "
        "script-src 'unsafe-inline'; connect-src 'self'; img-src data:\">\n<link rel=\"icon\" "
        "href=\"data:,\">\n"
        "<title>TCP report · {}</title>\n<style>\n{}</style>\n</head>\n<body>\n{}"
        "<script type=\"application/json\" id=\"data\">{}</script>\n<script>{}</script>\n</body>\n</html>\n",
        escaped(title), page_style(), page_body(), with_escaped_tags(data), page_script());
}

std::string report_page(const std::string& title, const std::vector<TraceFile>& traces) {
    std::string data = "{\"title\":";
    append_json(data, title);
    data += ',' + words_and_edges() + ",\"traces\":[";
    for (std::size_t i = 0; i < traces.size(); ++i) {
        if (i != 0) data += ',';
        const double epoch = seconds_of(traces[i].wall_clock) - seconds_of(traces[0].wall_clock);
        append_trace(data, traces[i], traces[i].wall_clock.empty() ? 0 : epoch);
    }
    data += "]}";
    return page_with(title.empty() && !traces.empty() ? traces[0].title : title, data);
}

}  // namespace sluice::common
