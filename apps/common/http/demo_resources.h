// The demo's resources that show one feature of HTTP each; DemoSite names them. RFC 9110, RFC 9111, RFC 6265, RFC 7617.
#pragma once

#include "apps/common/http/answer.h"

namespace sluice::http::demo {

Answer text_answer(int status, std::string text);
// The answer to a method this resource has not (RFC 9110 15.5.6), or OPTIONS.
Answer not_allowed(const Request& request, std::string_view allow);
// 411, where an upload comes without a length; else nothing.
std::optional<Answer> judge_upload(const Request& request);

Answer headers(const Request& request);       // /headers?Name=value&...: fields of the answer
Answer cookie(const Request& request);        // counts visits in the client
Answer members_only(const Request& request);  // /private/: Basic, Aladdin and "open sesame"
std::optional<Answer> cache(const Request& request, std::string_view seconds, const Moment& now);
Answer form(const Request& request);       // POST: what arrived, field by field
Answer gzip_only(const Request& request);  // 406 for who does not take gzip
Answer upgrade(const Request& request);    // Upgrade: echo turns the connection into an echo
[[noreturn]] Answer fails();               // throws, as a broken program would

}  // namespace sluice::http::demo
