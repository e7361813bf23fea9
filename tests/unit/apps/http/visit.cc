#include "unit/apps/http/visit.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace sluice::http::test {
namespace {

class MemoryFile : public OpenFile {
public:
    explicit MemoryFile(const std::string& text) : text_(text) { size = text.size(); }
    std::size_t read(std::uint64_t offset, ByteSpan room) override {
        const auto part = std::string_view(text_)
                              .substr(std::min<std::size_t>(offset, text_.size()))
                              .substr(0, room.size());
        std::copy(part.begin(), part.end(), room.begin());
        return part.size();
    }

private:
    const std::string& text_;
};

std::string name_of(std::span<const std::string> path) {
    std::string name;
    for (const auto& segment : path) name += '/' + segment;
    return name;
}

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return text;
}

// Takes chunks apart; returns how many octets they were, 0 when the end is not there.
std::size_t unchunk(std::string_view text, std::string& body) {
    std::size_t at = 0;
    for (;;) {
        const auto end = text.find("\r\n", at);
        if (end == std::string_view::npos) return 0;
        const auto size = std::stoul(std::string(text.substr(at, end - at)), nullptr, 16);
        at = end + 2;
        if (text.size() < at + size + 2) return 0;
        body += text.substr(at, size);
        REQUIRE(text.substr(at + size, 2) == "\r\n");
        at += size + 2;
        if (size == 0) return at;
    }
}

Response cut_head(std::string_view& text) {
    Response response;
    const auto end = text.find("\r\n\r\n");
    REQUIRE(end != std::string_view::npos);
    response.head = text.substr(0, end + 2);
    text.remove_prefix(end + 4);
    REQUIRE(response.head.starts_with("HTTP/1.1 "));
    response.status = std::stoi(response.head.substr(9, 3));
    std::string_view rest = response.head;
    while (rest.remove_prefix(rest.find("\r\n") + 2), !rest.empty()) {
        const auto line = rest.substr(0, rest.find("\r\n"));
        const auto colon = line.find(": ");
        REQUIRE(colon != std::string_view::npos);
        response.fields[lower(std::string(line.substr(0, colon)))] = line.substr(colon + 2);
    }
    return response;
}

Response cut_response(std::string_view& text, bool is_head) {
    Response response = cut_head(text);
    const bool bare = is_head || response.status == 304 || response.status == 204 || response.status < 200;
    if (bare) {
        response.is_complete = true;
    } else if (response.fields.contains("content-length")) {
        const auto length = std::stoul(response.fields.at("content-length"));
        response.body = text.substr(0, length);
        response.is_complete = response.body.size() == length;
        text.remove_prefix(response.body.size());
    } else if (response.fields.contains("transfer-encoding")) {
        const auto used = unchunk(text, response.body);
        response.is_complete = used > 0;
        text.remove_prefix(used > 0 ? used : text.size());
    } else {
        response.body = text;
        response.is_complete = true;
        text = {};
    }
    return response;
}

}  // namespace

MemoryFiles::MemoryFiles() {
    contents = {{"/", ""},
                {"/index.html", "<p>home</p>\n"},
                {"/hello.txt", "Hello, world\n"},
                {"/ten", "0123456789"},
                {"/empty", ""},
                {"/a b&<c>.txt", "odd name\n"},
                {"/sub/", ""},
                {"/sub/page.html", "<p>sub</p>\n"},
                {"/sub/deep/", ""},
                {"/.secret", "hidden\n"},
                {"/page.css", std::string(2000, ' ')},
                {"/lang/", ""},
                {"/lang/index.html.de", "<p>hallo</p>\n"},
                {"/lang/index.html.en", "<p>hello</p>\n"},
                {"/lang/index.html.zh-CN", "<p>ni hao</p>\n"}};
    errors = {
        {"/private", FileError::forbidden}, {"/crowd", FileError::busy}, {"/broken", FileError::failed}};
    modified = Date(std::chrono::seconds(784111777));  // Sun, 06 Nov 1994 08:49:37 GMT
}

std::expected<Found, FileError> MemoryFiles::open(std::span<const std::string> path) {
    if (std::ranges::any_of(path, [](const std::string& segment) { return segment.contains('/'); }))
        return std::unexpected(FileError::not_found);
    const std::string name = name_of(path);
    if (const auto error = errors.find(name); error != errors.end()) return std::unexpected(error->second);
    if (contents.contains(name + '/')) return Found{};
    const auto found = contents.find(name);
    if (found == contents.end()) return std::unexpected(FileError::not_found);
    auto file = std::make_shared<MemoryFile>(found->second);
    file->modified_ns = std::chrono::nanoseconds(modified.time_since_epoch()).count();
    file->identity = 1;
    return Found{std::move(file)};
}

std::expected<std::vector<DirectoryEntry>, FileError> MemoryFiles::list(std::span<const std::string> path,
                                                                        std::uint32_t entries_max) {
    const std::string prefix = name_of(path) + '/';
    std::vector<DirectoryEntry> entries;
    for (const auto& [name, text] : contents) {
        if (!name.starts_with(prefix) || name.size() == prefix.size() || entries.size() == entries_max)
            continue;
        std::string rest = name.substr(prefix.size());
        const bool is_directory = rest.ends_with('/');
        if (is_directory) rest.pop_back();
        if (!rest.contains('/')) entries.push_back({rest, is_directory, text.size(), modified});
    }
    return entries;
}

Visit::Visit(Settings wanted, FileSiteOptions options)
    : settings(wanted),
      file_site(files, options),
      site(file_site),
      parts{settings, site, *this, "Sluice"},
      now{Instant{} + 1h, Date(std::chrono::seconds(1609221082))},  // 2020-12-29 05:51:22
      connection(parts, "192.0.2.1", now) {}

Visit& Visit::sends(std::string_view octets) {
    waiting += octets;
    pump();
    return *this;
}

Visit& Visit::sends_octet_by_octet(std::string_view octets) {
    for (const char c : octets) sends({&c, 1});
    return *this;
}

Visit& Visit::ends_input() {
    input_ended_ = true;
    pump();
    return *this;
}

Visit& Visit::after(Duration time) {
    const Moment end{now.at + time, now.date + std::chrono::floor<std::chrono::seconds>(time)};
    while (connection.deadline() <= end.at) {
        const Instant next = std::max(now.at, connection.deadline());
        now.at = next;
        connection.on_time(now);
        pump();
        REQUIRE(connection.deadline() > next);  // style.md 4: later than now, or nothing would ever rest
    }
    now = end;
    return *this;
}

Visit& Visit::reads_nothing() {
    is_reading_ = false;
    return *this;
}

Visit& Visit::reads_again() {
    is_reading_ = true;
    pump();
    return *this;
}

bool Visit::flush() {
    bool moved = false;
    while (is_reading_) {
        const Output output = connection.output();
        if (!output.text.empty()) {
            received += output.text;
            connection.sent(output.text.size(), now);
        } else if (output.file) {
            std::vector<std::uint8_t> room(std::min<std::uint64_t>(output.length, 4));
            const auto got = output.file->read(output.offset, room);
            received.append(room.begin(), room.begin() + static_cast<std::ptrdiff_t>(got));
            if (got < room.size()) connection.file_failed();
            connection.sent(got, now);
        } else {
            break;
        }
        moved = true;
    }
    return moved;
}

void Visit::pump() {
    bool moved = true;
    while (moved) {
        moved = false;
        if (!waiting.empty() && connection.wants_input()) {
            const auto used = connection.take(waiting, now);
            REQUIRE(used <= waiting.size());
            waiting.erase(0, used);
            moved = used > 0;
        }
        if (waiting.empty() && input_ended_ && connection.wants_input()) connection.end_of_input(now);
        moved = flush() || moved;
    }
}

std::vector<Response> Visit::responses(std::vector<bool> heads) const {
    std::vector<Response> list;
    std::string_view rest = received;
    while (!rest.empty()) {
        const bool is_head = list.size() < heads.size() && heads[list.size()];
        list.push_back(cut_response(rest, is_head));
    }
    return list;
}

Response Visit::response(bool is_head) const {
    const auto all = responses({is_head});
    REQUIRE(all.size() == 1);
    return all.front();
}

}  // namespace sluice::http::test
