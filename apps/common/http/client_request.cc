#include "apps/common/http/client_request.h"

#include <algorithm>

#include "apps/common/http/fields.h"
#include "apps/common/http/text.h"

namespace sluice::http {
namespace {

std::string_view name_of(std::string_view line) { return line.substr(0, line.find_first_of(":;")); }

bool is_replaced(const ClientRequest& request, std::string_view name) {
    return std::ranges::any_of(
        request.fields, [&](std::string_view line) { return equals_ignoring_case(name_of(line), name); });
}

Fields own_fields(const Url& url, const ClientRequest& request) {
    Fields fields;
    fields.add("Host", url.authority());  // RFC 9110 7.2: it should be the first.
    if (url.user && request.has_credentials)
        fields.add("Authorization", "Basic " + base64(*url.user + ':' + url.password));
    if (!request.agent.empty()) fields.add("User-Agent", request.agent);
    fields.add("Accept", "*/*");
    if (!request.referer.empty()) fields.add("Referer", request.referer);
    if (!request.range.empty()) fields.add("Range", "bytes=" + request.range);
    if (request.is_chunked)
        fields.add("Transfer-Encoding", "chunked");
    else if (request.length)
        fields.add("Content-Length", std::to_string(*request.length));
    if (!request.content_type.empty()) fields.add("Content-Type", request.content_type);
    for (const auto& [name, value] : request.more) fields.add(name, value);
    return fields;
}

}  // namespace

std::string request_text(const Url& url, const ClientRequest& request) {
    std::string text = request.method + ' ' + (request.is_for_proxy ? url.text() : url.target) +
                       (request.is_1_0 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n");
    for (const Field& field : own_fields(url, request))
        if (!is_replaced(request, field.name)) text += field.name + ": " + field.value + "\r\n";
    for (const std::string_view line : request.fields) {
        const auto name = name_of(line);
        const auto value = trimmed(line.substr(name.size() + 1));
        if (line[name.size()] == ':' && value.empty()) continue;
        text += std::string(name) + ':' + (value.empty() ? "" : " ") + std::string(value) + "\r\n";
    }
    return text + "\r\n";
}

bool is_field_line(std::string_view line) {
    const auto name = name_of(line);
    if (!is_token(name) || name.size() == line.size()) return false;
    if (line[name.size()] == ';' && !trimmed(line.substr(name.size() + 1)).empty()) return false;
    return std::ranges::all_of(line, [](char c) {
        const auto octet = static_cast<unsigned char>(c);
        return c == '\t' || (octet >= 0x20 && octet != 0x7f);
    });
}

std::string base64(std::string_view octets) {
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    for (std::size_t i = 0; i < octets.size(); i += 3) {
        std::uint32_t group = 0;
        const std::size_t count = std::min<std::size_t>(3, octets.size() - i);
        for (std::size_t k = 0; k < 3; ++k)
            group = group << 8U | (k < count ? static_cast<std::uint8_t>(octets[i + k]) : 0U);
        for (std::size_t k = 0; k < 4; ++k) text += k <= count ? digits[group >> (18 - 6 * k) & 63U] : '=';
    }
    return text;
}

}  // namespace sluice::http
