#include "apps/common/http/target.h"

#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "apps/common/http/text.h"

namespace sluice::http {
namespace {

namespace urls = boost::urls;

std::unexpected<Refusal> bad(std::string_view why) { return std::unexpected(Refusal{400, why}); }

// RFC 3986 3.3, 3.4: what may stand in a path or query. Non-ASCII octets, quotes, "#" and the like must be encoded.
// Choice: refused (RFC 9112 3.2: SHOULD answer 400 or redirect, SHOULD NOT correct), as Apache does.
bool is_path_or_query_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) ||
           (c != '\0' && std::string_view("-._~!$&'()*+,;=:@/?%").contains(c));
}

// Adds one decoded segment; "." and ".." are followed (RFC 3986 5.2.4). False: the path leaves the root.
bool add_segment(Target& target, std::string segment) {
    target.is_directory = segment.empty() || segment == "." || segment == "..";
    if (segment == "..") {
        if (target.segments.empty()) return false;
        target.segments.pop_back();
    } else if (!target.is_directory) {
        target.segments.push_back(std::move(segment));
    }
    return true;
}

// Choice: empty segments ("//") are left out, as servers of files commonly do.
std::expected<void, Refusal> parse_path(Target& target, std::string_view path) {
    if (path.empty()) path = "/";  // RFC 9112 3.2.1: an empty path of an absolute form is "/".
    if (path.front() != '/') return bad("the path does not begin with a slash");
    while (!path.empty()) {
        path.remove_prefix(1);
        const auto end = std::min(path.find('/'), path.size());
        auto segment = percent_decoded(path.substr(0, end));
        if (!segment) return bad("a percent sign without two hexadecimal digits");
        if (segment->contains('\0')) return bad("an encoded NUL in the path");
        if (!add_segment(target, std::move(*segment))) return bad("the path leads out of the root");
        path.remove_prefix(end);
    }
    return {};
}

std::expected<Target, Refusal> parse_path_and_query(Target target, std::string_view text) {
    for (const char c : text)
        if (!is_path_or_query_character(c))
            return bad("a character in the target that must be percent-encoded");
    const auto mark = text.find('?');
    if (mark != std::string_view::npos) {
        target.has_query = true;
        target.query = text.substr(mark + 1);
        if (!percent_decoded(target.query)) return bad("a percent sign without two hexadecimal digits");
    }
    if (const auto parsed = parse_path(target, text.substr(0, mark)); !parsed)
        return std::unexpected(parsed.error());
    return target;
}

std::expected<Target, Refusal> parse_absolute(std::string_view text) {
    const auto uri = urls::parse_absolute_uri(urls::string_view(text.data(), text.size()));
    if (!uri || !uri->has_authority()) return bad("the target is neither a path nor an absolute URI");
    if (uri->scheme_id() != urls::scheme::http) return bad("only http URIs are served here");
    // RFC 9110 4.2.1: an http URI without host is invalid. RFC 9110 4.2.4: user information is an error.
    if (uri->encoded_host().empty() || uri->has_userinfo()) return bad("no plain host in the target");
    // Cut here and not by Boost.URL 1.81, which reads "http://h:x/" as host h and path "x/".
    const auto rest = text.substr(text.find("//") + 2);
    const auto path = std::min(rest.find_first_of("/?"), rest.size());
    if (!is_valid_host(rest.substr(0, path))) return bad("not a host in the target");
    Target target;
    target.form = Target::Form::absolute;
    target.host = rest.substr(0, path);
    return parse_path_and_query(std::move(target), rest.substr(path));
}

// RFC 9112 3.2.3: host ":" port and nothing else.
std::expected<Target, Refusal> parse_authority_form(std::string_view text) {
    if (!is_valid_host(text) || text.find_last_of(':') == std::string_view::npos || !is_digit(text.back()))
        return bad("CONNECT needs host:port");
    Target target;
    target.form = Target::Form::authority;
    target.host = text;
    return target;
}

}  // namespace

std::string Target::path() const {
    std::string text;
    for (const auto& segment : segments) text += '/' + percent_encoded_segment(segment);
    if (is_directory) text += '/';
    return text;
}

std::expected<Target, Refusal> parse_target(std::string_view method, std::string_view target) {
    if (method == "CONNECT") return parse_authority_form(target);
    // RFC 9112 3.2.4: the asterisk is for OPTIONS only.
    if (target == "*") {
        if (method != "OPTIONS") return bad("the target * is for OPTIONS");
        Target all;
        all.form = Target::Form::asterisk;
        return all;
    }
    if (target.starts_with('/')) return parse_path_and_query({}, target);
    return parse_absolute(target);  // RFC 9112 3.2.2: a server MUST accept the absolute form.
}

bool is_valid_host(std::string_view value) {
    const auto authority = urls::parse_authority(urls::string_view(value.data(), value.size()));
    if (!authority || authority->has_userinfo()) return false;
    if (authority->encoded_host().empty() && !value.empty()) return false;
    if (!authority->has_port() || authority->port().empty()) return true;
    const auto port = authority->port();  // Its number is taken modulo 65536 by Boost.URL 1.81.
    return parse_port({port.data(), port.size()}).has_value();
}

}  // namespace sluice::http
