// The HTTP server's side of a connection: any octets, in pieces of any size, with time passing between them. Nothing crashes,
// nothing waits for ever, and whatever is answered is a proper response.
#include <cstddef>
#include <memory>
#include <string>

#include "apps/common/http/demo_site.h"
#include "apps/common/http/file_site.h"
#include "apps/common/http/head_parse.h"
#include "apps/common/http/server_connection.h"
#include "base/check.h"

namespace {

using namespace sluice;
using namespace sluice::http;

struct Ten : OpenFile {
    Ten() { size = 10; }
    std::size_t read(std::uint64_t offset, ByteSpan room) override {
        SLUICE_CHECK(offset + room.size() <= 10);
        std::fill(room.begin(), room.end(), std::uint8_t{'x'});
        return room.size();
    }
};

// "/a" is a file, "/d" a directory, nothing else exists.
struct SmallTree : Files {
    std::expected<Found, FileError> open(std::span<const std::string> path) override {
        for (const auto& segment : path) SLUICE_CHECK(!segment.empty() && segment != "." && segment != "..");
        if (path.empty() || (path.size() == 1 && path[0] == "d")) return Found{};
        if (path.size() == 1 && path[0] == "a") return Found{std::make_shared<Ten>()};
        return std::unexpected(FileError::not_found);
    }
    std::expected<std::vector<DirectoryEntry>, FileError> list(std::span<const std::string>,
                                                               std::uint32_t) override {
        return std::vector<DirectoryEntry>{{"<x>", false, 1, Date()}, {"y", true, 0, Date()}};
    }
};

struct Log : AccessSink {
    void record(const AccessRecord& record) override {
        const std::string line = access_line(record, LogFormat::combined);
        SLUICE_CHECK(line.find('\n') == line.size() - 1);
    }
};

// Takes what is to be sent; every header section in it must be one that a client can read.
void take_output(ServerConnection& connection, const Moment& now) {
    for (;;) {
        const Output output = connection.output();
        if (!output.text.empty()) {
            // A head begins a text whenever one is in it: content follows in texts of its own.
            if (output.text.starts_with("HTTP/1.1 ")) {
                const auto end = output.text.find("\r\n\r\n");
                SLUICE_CHECK(end != std::string_view::npos);
                SLUICE_CHECK(parse_response_head(output.text.substr(0, end + 4)).has_value());
            }
            connection.sent(output.text.size(), now);
        } else if (output.file) {
            std::array<std::uint8_t, 10> room;
            const auto part = ByteSpan(room).first(std::min<std::size_t>(output.length, room.size()));
            connection.sent(output.file->read(output.offset, part), now);
        } else {
            return;
        }
    }
}

void pass_time(ServerConnection& connection, Moment& now, Duration time) {
    const Instant until = now.at + time;
    while (connection.deadline() <= until) {
        now.at = std::max(now.at, connection.deadline());
        connection.on_time(now);
        take_output(connection, now);
        SLUICE_CHECK(connection.deadline() > now.at);
    }
    now.at = until;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const std::size_t piece = data[0] == 0 ? size : data[0];
    const Duration pause = std::chrono::milliseconds(data[1] * data[1]);
    std::string_view rest(reinterpret_cast<const char*>(data) + 2, size - 2);

    SmallTree files;
    FileSite file_site(files, {});
    DemoSite site(file_site);
    Log log;
    Settings settings;
    settings.max_body = 4096;
    settings.max_drain = 256;
    ServerParts parts{settings, site, log, "Sluice"};
    Moment now{Instant{} + 1h, Date(std::chrono::seconds(1609221082))};
    ServerConnection connection(parts, "192.0.2.1", now);
    while (!rest.empty() && connection.wants_input()) {
        const auto used = connection.take(rest.substr(0, piece), now);
        SLUICE_CHECK(used > 0 && used <= rest.size());
        rest.remove_prefix(used);
        take_output(connection, now);
        pass_time(connection, now, pause);
    }
    if (connection.wants_input()) connection.end_of_input(now);
    take_output(connection, now);
    pass_time(connection, now, 1h);
    SLUICE_CHECK(connection.fate() != ServerConnection::Fate::open);
    connection.lost(now);
    return 0;
}
