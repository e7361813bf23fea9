#include "apps/common/http/upload_site.h"

#include <algorithm>

#include "apps/common/http/conditional.h"
#include "apps/common/http/file_site.h"

namespace sluice::http {
namespace {

constexpr std::string_view allowed = "GET, HEAD, OPTIONS, PUT, DELETE";

Answer refusal_of(FileError error) {
    // RFC 9110 15.5.10: what is there stands in the way: a directory by this name, or none to put it in.
    if (error == FileError::is_directory) return error_answer(409, "There is a directory by this name");
    if (error == FileError::not_found) return error_answer(409, "There is no directory to put it in");
    return error_answer_of(error);
}

// Writes what arrives to a new file, which takes the name when all of it is there.
class FileSink : public BodySink {
public:
    FileSink(std::unique_ptr<NewFile> file, std::string location)
        : file_(std::move(file)), location_(std::move(location)) {}

    void take(std::string_view octets) override { has_failed_ = !file_->write(octets) || has_failed_; }
    Answer finish() override {
        if (has_failed_) return error_answer(507, "There is no room for it");
        const auto replaced = file_->commit();
        if (!replaced) return refusal_of(replaced.error());
        // RFC 9110 9.3.4: 201 if it was not there before, else 200 or 204.
        Answer answer = empty_answer(*replaced ? 204 : 201);
        if (!*replaced) answer.fields.add("Location", location_);
        return answer;
    }

private:
    std::unique_ptr<NewFile> file_;
    std::string location_;
    bool has_failed_ = false;
};

}  // namespace

bool UploadSite::is_below_folder(const Target& target) const {
    return target.form != Target::Form::asterisk && target.segments.size() > folder_.size() &&
           std::ranges::equal(folder_, std::span(target.segments).first(folder_.size()));
}

Answer UploadSite::answer(const Request& request, const Moment& now) {
    if (!is_below_folder(request.target)) return others_.answer(request, now);
    if (request.is_get() || request.is_head()) return others_.answer(request, now);
    const bool hides = request.target.segments.back().starts_with('.');
    if (hides) return error_answer(403, "Names that begin with a dot are not for clients");
    if (request.method == "PUT") return put(request, now);
    if (request.method == "DELETE") return remove(request, now);
    Answer answer = request.method == "OPTIONS" ? empty_answer(204)
                                                : error_answer(405, "Files can be put and deleted here");
    answer.fields.add("Allow", allowed);
    answer.close = request.method == "CONNECT";
    return answer;
}

// RFC 9110 13.1.1, 13.1.2: If-Match and If-None-Match against what is there now, so that nobody overwrites another's work.
bool UploadSite::conditions_hold(const Request& request, const Moment& now) {
    const bool is_plain = request.fields.count("If-Match") + request.fields.count("If-None-Match") +
                              request.fields.count("If-Unmodified-Since") ==
                          0;
    if (is_plain) return true;
    const auto found = files_.open(request.target.segments);
    const bool exists = found && found->file;
    if (!exists) return request.fields.count("If-Match") == 0;
    return judge_conditions(request.fields, validators_of(*found->file, now.date), now.date) ==
           Condition::perform;
}

Answer UploadSite::put(const Request& request, const Moment& now) {
    if (!request.has_body() && request.fields.count("Content-Length") == 0)
        return error_answer(411, "An upload needs Content-Length or Transfer-Encoding");
    // RFC 9110 14.5: a part of a file is refused rather than taken for the whole.
    if (request.fields.count("Content-Range") > 0) return error_answer(400, "Only whole files can be put");
    if (request.target.is_directory) return refusal_of(FileError::is_directory);
    if (!conditions_hold(request, now))
        return error_answer(412, "A precondition of the request does not hold");
    auto file = files_.create(request.target.segments);
    if (!file) return refusal_of(file.error());
    Answer answer;
    answer.body = SinkBody{std::make_shared<FileSink>(std::move(*file), request.target.path())};
    return answer;
}

Answer UploadSite::remove(const Request& request, const Moment& now) {
    if (!conditions_hold(request, now))
        return error_answer(412, "A precondition of the request does not hold");
    const auto removed = files_.remove(request.target.segments);
    if (removed) return empty_answer(204);
    return removed.error() == FileError::is_directory ? refusal_of(removed.error())
                                                      : error_answer_of(removed.error());
}

}  // namespace sluice::http
