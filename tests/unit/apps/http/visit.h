// One visit to the HTTP server without a network: octets go into a ServerConnection, its answers are collected and cut into
// responses by code of the test's own.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "apps/common/http/demo_site.h"
#include "apps/common/http/file_site.h"
#include "apps/common/http/server_connection.h"

namespace sluice::http::test {

// Files in memory. A name that ends in a slash is a directory; parents must be named too.
class MemoryFiles : public Files {
public:
    MemoryFiles();
    std::expected<Found, FileError> open(std::span<const std::string> path) override;
    std::expected<std::vector<DirectoryEntry>, FileError> list(std::span<const std::string> path,
                                                               std::uint32_t entries_max) override;

    std::map<std::string, std::string> contents;
    std::map<std::string, FileError> errors;
    Date modified{};
};

struct Response {
    int status = 0;
    std::map<std::string, std::string> fields;  // names in lower case
    std::string head;
    std::string body;  // with its chunks taken apart
    bool is_complete = false;
};

class Visit : public AccessSink {
public:
    explicit Visit(Settings settings = {}, FileSiteOptions options = {});

    Visit& sends(std::string_view octets);  // in one piece
    Visit& sends_octet_by_octet(std::string_view octets);
    Visit& ends_input();
    Visit& after(Duration time);  // time passes; deadlines are kept on the way
    Visit& reads_nothing();       // from now on the client takes nothing
    Visit& reads_again();
    void record(const AccessRecord& record) override { log.push_back(record); }

    // The responses so far; `heads` says which of them answer HEAD.
    std::vector<Response> responses(std::vector<bool> heads = {}) const;
    Response response(bool is_head = false) const;  // the only one
    bool is_open() const { return connection.fate() == ServerConnection::Fate::open; }

    Settings settings;
    MemoryFiles files;
    FileSite file_site;
    DemoSite site;
    ServerParts parts;
    Moment now;
    std::string received;
    std::vector<AccessRecord> log;
    std::string waiting;  // sent but not taken yet
    ServerConnection connection;

private:
    void pump();
    bool flush();
    bool is_reading_ = true;
    bool input_ended_ = false;
};

}  // namespace sluice::http::test
