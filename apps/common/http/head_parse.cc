// Choice: Beast 1.81 asserts conditions that a peer can bring about, so its assertions are off in this file, in debug
// builds too. It gets a whole head with clean line ends and is used for nothing else: it neither decides where a body
// ends (a Transfer-Encoding without a final `chunked` means "no body" to it) nor sees one. tests/unit/apps/http keeps
// the heads that asserted.
#define BOOST_DISABLE_ASSERTS

#include "apps/common/http/head_parse.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include "apps/common/http/start_line.h"

namespace sluice::http {
namespace {

namespace beast = boost::beast;
using beast::error_code;
using beast::string_view;

std::string_view plain(string_view text) { return {text.data(), text.size()}; }

// What basic_parser asks of a class that listens to it.
template <bool is_request>
class Listener : public beast::http::basic_parser<is_request> {
public:
    RequestHead request;
    ResponseHead response;
    Fields fields;

private:
    using field = beast::http::field;

    void on_request_impl(beast::http::verb, string_view method, string_view target, int version,
                         error_code&) override {
        request.method = plain(method);
        request.target = plain(target);
        request.minor_version = version % 10;
    }
    void on_response_impl(int code, string_view reason, int version, error_code&) override {
        response.status = code;
        response.reason = plain(reason);
        response.minor_version = version % 10;
    }
    void on_field_impl(field, string_view name, string_view value, error_code&) override {
        fields.add(plain(name), plain(value));
    }
    void on_header_impl(error_code&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
    std::size_t on_body_impl(string_view body, error_code&) override { return body.size(); }
    void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code&) override {
        return body.size();
    }
    void on_finish_impl(error_code&) override {}
};

template <bool is_request>
bool listen(Listener<is_request>& listener, std::string_view text) {
    listener.header_limit(static_cast<std::uint32_t>(text.size()) + 1);
    listener.body_limit(boost::none);
    listener.skip(true);  // The head ends the message for it.
    error_code error;
    const std::size_t used = listener.put({text.data(), text.size()}, error);
    return !error && used == text.size() && listener.is_done();
}

// RFC 9110 2.5: a minor version newer than ours is read as the newest we know. Beast knows 1.0 and 1.1 only.
std::string with_known_version(std::string_view text, std::size_t end_of_version) {
    std::string known(text);
    if (known[end_of_version - 1] > '1') known[end_of_version - 1] = '1';
    return known;
}

}  // namespace

std::expected<RequestHead, Refusal> parse_request_head(std::string_view text) {
    const auto line_end = text.find("\r\n");
    if (line_end == std::string_view::npos) return std::unexpected(Refusal{400, "no request line"});
    if (const auto refusal = judge_request_line(text.substr(0, line_end))) return std::unexpected(*refusal);
    Listener<true> listener;
    if (!listen(listener, with_known_version(text, line_end)))
        return std::unexpected(Refusal{400, "a malformed header section"});
    listener.request.fields = std::move(listener.fields);
    return std::move(listener.request);
}

std::expected<ResponseHead, Refusal> parse_response_head(std::string_view text) {
    constexpr std::size_t end_of_version = 8;
    if (text.size() < end_of_version) return std::unexpected(Refusal{400, "no status line"});
    if (const auto refusal = judge_version(text.substr(0, end_of_version))) return std::unexpected(*refusal);
    Listener<false> listener;
    if (!listen(listener, with_known_version(text, end_of_version)))
        return std::unexpected(Refusal{400, "a malformed header section"});
    listener.response.fields = std::move(listener.fields);
    return std::move(listener.response);
}

}  // namespace sluice::http
