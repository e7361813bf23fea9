#include "apps/common/http/file_site.h"

#include <fmt/format.h>

#include <algorithm>

#include "apps/common/http/listing.h"
#include "apps/common/http/mime.h"
#include "apps/common/http/negotiate.h"
#include "apps/common/http/text.h"

namespace sluice::http {
namespace {

constexpr std::string_view allowed = "GET, HEAD, OPTIONS";

// RFC 9110 10.2.1: 405 MUST name the methods that are allowed.
Answer method_answer(const Request& request) {
    const bool is_options = request.method == "OPTIONS";
    Answer answer = is_options ? empty_answer(204) : error_answer(405, "This can only be read");
    answer.fields.add("Allow", allowed);
    return answer;
}

std::string content_range(const ByteRange& range, std::uint64_t size) {
    return fmt::format("bytes {}-{}/{}", range.first, range.first + range.length - 1, size);
}

Answer unsatisfiable_answer(std::uint64_t size) {
    Answer answer = error_answer(416, "The file is shorter than that");
    answer.fields.add("Content-Range", fmt::format("bytes */{}", size));  // RFC 9110 15.5.17
    return answer;
}

// What gets smaller by compression. Pictures and archives are compressed already.
bool is_compressible(std::string_view type) {
    return type.starts_with("text/") || type.contains("json") || type.contains("xml") ||
           type.contains("wasm");
}

Answer redirect_answer(const Request& request) {
    std::string location = request.target.path() + '/';
    if (request.target.has_query) location += '?' + request.target.query;
    Answer answer =
        page_answer(301, fmt::format("It is at <a href=\"{0}\">{0}</a>.", html_escaped(location)));
    answer.fields.add("Location", location);
    return answer;
}

}  // namespace

Answer error_answer_of(FileError error) {
    switch (error) {
        case FileError::not_found: return error_answer(404, "There is nothing by this name");
        case FileError::forbidden: return error_answer(403, "This may not be read");
        case FileError::busy: {
            Answer answer = error_answer(503, "Too many files are open");
            answer.fields.add("Retry-After", "2");
            return answer;
        }
        case FileError::is_directory:
        case FileError::failed: break;
    }
    return error_answer(500, "Reading failed");
}

Validators validators_of(const OpenFile& file, Date now) {
    Validators validators;
    const auto seconds =
        Date(std::chrono::floor<std::chrono::seconds>(std::chrono::nanoseconds(file.modified_ns)));
    // RFC 9110 8.8.2.1: a Last-Modified in the future is replaced by the date of the message.
    validators.modified = std::min(seconds, now);
    validators.is_strong_date = validators.modified + std::chrono::seconds(1) < now;  // RFC 9110 8.8.2.2
    // RFC 9110 8.8.1: strong, since the time is kept in nanoseconds.
    validators.etag = fmt::format("\"{:x}-{:x}-{:x}\"", file.identity, file.size,
                                  static_cast<std::uint64_t>(file.modified_ns));
    return validators;
}

// Choice: a name that begins with a dot is not there for the world (.git, .htpasswd), but for .well-known (RFC 8615).
bool FileSite::is_hidden(const Target& target) const {
    return !options_.dot_files && std::ranges::any_of(target.segments, [](const std::string& segment) {
        return segment.starts_with('.') && segment != ".well-known";
    });
}

Answer FileSite::answer(const Request& request, const Moment& now) {
    if (request.target.form == Target::Form::asterisk)
        return method_answer(request);  // RFC 9110 9.3.7: OPTIONS *
    if (!request.is_get() && !request.is_head()) {
        Answer answer = method_answer(request);
        answer.close = request.method == "CONNECT";  // What follows may not be HTTP.
        return answer;
    }
    if (is_hidden(request.target)) return error_answer_of(FileError::not_found);
    auto found = find(request, request.target.segments);
    if (!found) return error_answer_of(found.error());
    const bool is_directory = !found->file;
    if (!is_directory && request.target.is_directory) return error_answer_of(FileError::not_found);
    if (!is_directory) return file_answer(request, request.target.segments, std::move(*found), now.date);
    if (!request.target.is_directory) return redirect_answer(request);
    return directory_answer(request, now);
}

Answer FileSite::directory_answer(const Request& request, const Moment& now) {
    auto path = request.target.segments;
    path.push_back("index.html");
    if (auto index = find(request, path); index && index->file)
        return file_answer(request, path, std::move(*index), now.date);
    else if (!index && index.error() != FileError::not_found)
        return error_answer_of(index.error());
    if (!options_.listing) return error_answer(403, "This directory is not listed");
    return listing_answer(request);
}

Answer FileSite::listing_answer(const Request& request) {
    auto entries = files_.list(request.target.segments, options_.max_listing);
    if (!entries) return error_answer_of(entries.error());
    const bool is_cut = entries->size() == options_.max_listing;
    if (!options_.dot_files)
        std::erase_if(*entries, [](const DirectoryEntry& entry) { return entry.name.starts_with('.'); });
    std::string path = "/";
    for (const auto& segment : request.target.segments) path += segment + '/';
    Answer answer;
    answer.fields.add("Content-Type", "text/html; charset=utf-8");
    answer.body = listing_page(path, std::move(*entries), is_cut);
    return answer;
}

// A page that exists only in languages is there as NAME.LANGUAGE (RFC 9110 12.1).
std::expected<FileSite::Shown, FileError> FileSite::find(const Request& request,
                                                         std::vector<std::string> path) {
    auto found = files_.open(path);
    if (found) return Shown{.file = std::move(found->file), .language = {}};
    const bool is_page = !path.empty() && media_type_of(path.back()).starts_with("text/html");
    if (found.error() != FileError::not_found || !is_page) return std::unexpected(found.error());
    auto languages = languages_to_try(request.fields);
    languages.emplace_back("en");  // Choice: better a page in English than none (RFC 9110 12.5.4).
    const std::string name = path.back();
    for (const std::string& language : languages) {
        path.back() = name + '.' + language;
        auto page = files_.open(path);
        if (page && page->file) return Shown{.file = std::move(page->file), .language = language};
    }
    return std::unexpected(FileError::not_found);
}

// The file itself or its gzip form, whichever the client likes better: NAME.gz beside it, or made here.
void FileSite::choose_coding_of(Shown& shown, const Request& request, std::vector<std::string> path,
                                Date now) {
    constexpr std::uint64_t least_octets = 256;  // less is not worth the header
    if (!options_.gzip || path.back().ends_with(".gz")) return;
    const bool likes_gzip = choose_coding(request.fields) == Coding::gzip;
    const std::string name = path.back();
    if (!shown.language.empty()) path.back() += '.' + shown.language;
    path.back() += ".gz";
    const auto beside = files_.open(path);
    const bool is_beside = beside && beside->file;
    const bool may_be_made = is_compressible(media_type_of(name)) && shown.file->size >= least_octets;
    shown.varies_by_coding = is_beside || may_be_made;
    if (!likes_gzip || !shown.varies_by_coding) return;
    auto small = is_beside ? beside->file : compressed_.of(*shown.file, validators_of(*shown.file, now).etag);
    if (!small) return;
    shown.file = std::move(small);
    shown.is_gzip = true;
}

Answer FileSite::file_answer(const Request& request, const std::vector<std::string>& path, Shown shown,
                             Date now) {
    choose_coding_of(shown, request, path, now);
    const std::shared_ptr<OpenFile> file = shown.file;
    const Validators validators = validators_of(*file, now);
    Answer answer;
    answer.fields.add("Last-Modified", date_text(validators.modified));
    answer.fields.add("ETag", validators.etag);
    // RFC 9110 12.5.5, 15.4.5: what the choice depended on, in a 304 too.
    if (shown.varies_by_coding || !shown.language.empty())
        answer.fields.add("Vary", shown.language.empty()   ? "Accept-Encoding"
                                  : shown.varies_by_coding ? "Accept-Encoding, Accept-Language"
                                                           : "Accept-Language");
    switch (judge_conditions(request.fields, validators, now)) {
        case Condition::perform: break;
        case Condition::failed: return error_answer(412, "A precondition of the request does not hold");
        case Condition::not_modified:  // RFC 9110 15.4.5: the fields a 200 would have, no content.
            answer.status = 304;
            return answer;
    }
    answer.fields.add("Content-Type", media_type_of(path.back()));
    if (!shown.language.empty()) answer.fields.add("Content-Language", shown.language);
    if (shown.is_gzip) answer.fields.add("Content-Encoding", "gzip");
    return content_answer(request, std::move(answer), file, validators, now);
}

Answer FileSite::content_answer(const Request& request, Answer answer, const std::shared_ptr<OpenFile>& file,
                                const Validators& validators, Date now) {
    answer.fields.add("Accept-Ranges", "bytes");
    // RFC 9110 14.2: Range has a meaning for GET only, and is looked at after the preconditions.
    const auto range = request.fields.find("Range");
    const bool one_range_field = request.is_get() && request.fields.count("Range") == 1;
    if (one_range_field && may_use_range(request.fields, validators, now)) {
        const Ranges ranges = parse_ranges(*range, file->size, options_.max_ranges);
        if (ranges.verdict == Ranges::Verdict::unsatisfiable) return unsatisfiable_answer(file->size);
        if (ranges.verdict == Ranges::Verdict::satisfiable)
            return range_answer(std::move(answer), ranges.list, file);
    }
    answer.body =
        FileBody{.file = file, .parts = {{.before = {}, .offset = 0, .length = file->size}}, .after = {}};
    return answer;
}

Answer FileSite::range_answer(Answer whole, const std::vector<ByteRange>& ranges,
                              std::shared_ptr<OpenFile> file) {
    whole.status = 206;
    FileBody body{.file = file, .parts = {}, .after = {}};
    // RFC 9110 15.3.7.1: one range is told in the header; RFC 9110 15.3.7.2: several are parts of a multipart.
    if (ranges.size() == 1) {
        whole.fields.add("Content-Range", content_range(ranges[0], file->size));
        body.parts.push_back({.before = {}, .offset = ranges[0].first, .length = ranges[0].length});
        whole.body = std::move(body);
        return whole;
    }
    const std::string boundary = next_boundary();
    const std::string type(whole.fields.find("Content-Type").value_or("application/octet-stream"));
    Fields fields;
    for (const Field& field : whole.fields)
        if (field.name != "Content-Type") fields.add(field.name, field.value);
    fields.add("Content-Type", "multipart/byteranges; boundary=" + boundary);
    whole.fields = std::move(fields);
    for (const ByteRange& range : ranges) {
        std::string before =
            fmt::format("{}--{}\r\nContent-Type: {}\r\nContent-Range: {}\r\n\r\n",
                        body.parts.empty() ? "" : "\r\n", boundary, type, content_range(range, file->size));
        body.parts.push_back({.before = std::move(before), .offset = range.first, .length = range.length});
    }
    body.after = fmt::format("\r\n--{}--\r\n", boundary);
    whole.body = std::move(body);
    return whole;
}

std::string FileSite::next_boundary() {
    // Mixed so that neighbours look unrelated (the finalizer of SplitMix64).
    std::uint64_t mixed = options_.boundary_seed + ++boundaries_ * 0x9e3779b97f4a7c15U;
    mixed = (mixed ^ mixed >> 30U) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ mixed >> 27U) * 0x94d049bb133111ebU;
    return fmt::format("sluice-{:016x}", mixed ^ mixed >> 31U);
}

}  // namespace sluice::http
