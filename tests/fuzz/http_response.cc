// The HTTP client's side: any octets as a response, in one piece and octet by octet; both give the same heads, the same body and
// the same end. What a Location says is resolved too.
#include <cstddef>
#include <string>

#include "apps/common/http/response_reader.h"
#include "apps/common/http/url.h"
#include "base/check.h"

namespace {

using namespace sluice;
using namespace sluice::http;
using Event = ResponseReader::Event;

struct Outcome {
    std::string heads;
    std::string body;
    Event end = Event::none;
    bool keeps = false;
    friend bool operator==(const Outcome&, const Outcome&) = default;
};

void follow_location(const ResponseHead& head) {
    const auto location = head.fields.find("Location");
    if (!location) return;
    const auto base = parse_url("http://192.0.2.1:8080/a/b?c");
    const auto url = resolve_url(*base, *location);
    if (!url) return;
    SLUICE_CHECK(url->scheme == "http" && !url->host.empty() && url->target.starts_with('/'));
    const auto again = parse_url(url->text());
    SLUICE_CHECK(again && again->text() == url->text());
    const std::string name = file_name_of(*url);
    SLUICE_CHECK(!name.contains('/') && name != "..");
}

// Takes events until octets or the response are over; true when the latter.
bool take(ResponseReader& reader, std::string_view octets, Outcome& outcome) {
    for (;;) {
        const auto step = reader.take(octets);
        SLUICE_CHECK(step.used <= octets.size());
        octets.remove_prefix(step.used);
        switch (step.event) {
            case Event::none: SLUICE_CHECK(octets.empty()); return false;
            case Event::interim: outcome.heads += reader.head_text(); break;
            case Event::head:
                outcome.heads += reader.head_text();
                follow_location(reader.head());
                break;
            case Event::body: outcome.body += step.data; break;
            case Event::done:
            case Event::bad: outcome.end = step.event; return true;
        }
    }
}

Outcome read(std::string_view octets, std::size_t piece, bool is_head) {
    ResponseReader reader(is_head);
    Outcome outcome;
    bool is_over = false;
    for (std::size_t at = 0; at < octets.size() && !is_over; at += piece)
        is_over = take(reader, octets.substr(at, piece), outcome);
    if (!is_over) outcome.end = reader.end_of_input();
    SLUICE_CHECK(outcome.end == Event::done || !reader.why().empty());
    SLUICE_CHECK(outcome.body.size() == reader.received());
    outcome.keeps = reader.keeps_connection();
    return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 1) return 0;
    const bool is_head = (data[0] & 1U) != 0;
    const std::string_view octets(reinterpret_cast<const char*>(data) + 1, size - 1);
    const Outcome whole = read(octets, octets.size() + 1, is_head);
    const Outcome single = read(octets, 1, is_head);
    SLUICE_CHECK(whole == single);
    return 0;
}
