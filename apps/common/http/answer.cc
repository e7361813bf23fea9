#include "apps/common/http/answer.h"

#include <fmt/format.h>

#include "apps/common/http/status.h"
#include "apps/common/http/text.h"

namespace sluice::http {

std::uint64_t FileBody::length() const {
    std::uint64_t all = after.size();
    for (const Part& part : parts) all += part.before.size() + part.length;
    return all;
}

Answer empty_answer(int status) {
    Answer answer;
    answer.status = status;
    return answer;
}

Answer page_answer(int status, std::string_view html) {
    Answer answer;
    answer.status = status;
    answer.fields.add("Content-Type", "text/html; charset=utf-8");
    answer.body = fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head><title>{0} {1}</title></head>\n"
        "<body>\n<h1>{0} {1}</h1>\n<p>{2}</p>\n</body>\n</html>\n",
        status, phrase_of(status), html);
    return answer;
}

Answer error_answer(int status, std::string_view why) {
    return page_answer(status, why.empty() ? "" : html_escaped(why) + ".");
}

}  // namespace sluice::http
