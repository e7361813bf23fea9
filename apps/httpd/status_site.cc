#include "apps/httpd/status_site.h"

#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "apps/common/page_data.h"
#include "trace/qlog.h"

namespace sluice::httpd {
namespace {

constexpr Duration feed_period = 100ms;
constexpr int quiet_most = 50;  // periods without news before a word that the server is still there

class TraceFeed final : public http::Feed {
public:
    TraceFeed(const LiveTrace& trace, std::string hello, std::uint32_t last)
        : trace_(trace), hello_(std::move(hello)), last_(last) {}

    std::string take() override {
        std::string out = std::exchange(hello_, {}) + trace_.events_after(last_);
        if (!out.empty())
            quiet_ = 0;
        else if (++quiet_ >= quiet_most) {
            quiet_ = 0;
            out = ":\n\n";
        }
        return out;
    }

private:
    const LiveTrace& trace_;
    std::string hello_;
    std::uint32_t last_;
    int quiet_ = 0;
};

std::string page_text(const std::string& path, const std::string& title) {
    std::string data = "{\"live\":";
    trace::append_json(data, path + "?events");
    trace::append_json(data += ",\"title\":", title);
    data += ',' + common::words_and_edges() + '}';
    return common::page_with(title, data);
}

}  // namespace

StatusSite::StatusSite(http::Site& others, const LiveTrace& trace, std::string path, const std::string& title)
    : others_(others), trace_(trace), path_(std::move(path)), page_(page_text(path_, title)), title_(title) {}

http::Answer StatusSite::answer(const http::Request& request, const http::Moment& now) {
    if (run_.empty()) run_ = fmt::format("{}", now.date.time_since_epoch().count());
    const bool is_here = (request.is_get() || request.is_head()) && request.target.path() == path_;
    if (is_here && request.target.query == "events") return events(request, now);
    const auto accepted = request.fields.find("Accept");
    const bool is_browser = accepted && accepted->find("text/html") != std::string_view::npos;
    if (!is_here || request.target.has_query || !is_browser) return others_.answer(request, now);
    return page();
}

http::Answer StatusSite::page() const {
    http::Answer answer;
    answer.fields.add("Content-Type", "text/html; charset=utf-8");
    answer.fields.add("Cache-Control", "no-store");
    answer.fields.add("Vary", "Accept");
    answer.body = page_;
    return answer;
}

http::Answer StatusSite::events(const http::Request& request, const http::Moment&) const {
    http::Answer answer;
    answer.fields.add("Content-Type", "text/event-stream");
    answer.fields.add("Cache-Control", "no-store");
    // A browser that comes back says what it knows; of another run that means nothing.
    std::uint32_t last = 0;
    if (const auto known = request.fields.find("Last-Event-ID"))
        std::from_chars(known->data(), known->data() + known->size(), last);
    std::string hello = "event: hello\ndata: {\"you\":";
    trace::append_json(hello, request.peer);
    trace::append_json(hello += ",\"run\":", run_);
    hello += "}\n\n";
    answer.body = http::FeedBody{std::make_shared<TraceFeed>(trace_, std::move(hello), last), feed_period};
    return answer;
}

}  // namespace sluice::httpd
