#include "apps/dig/dig.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include <charconv>
#include <memory>

#include "apps/common/failure.h"
#include "posix/dns/iterate.h"
#include "posix/sockets.h"

namespace sluice::dig {
namespace {

using posix::dns::Exchanged;
using posix::dns::Record;

constexpr int exit_no_answer = 9;

std::string name_of_code(std::uint8_t code) {
    constexpr const char* names[] = {"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"};
    return code < std::size(names) ? names[code] : std::to_string(code);
}

std::string absolute(const std::string& name) { return name.ends_with('.') ? name : name + "."; }

void print_section(const char* title, const std::vector<Record>& records) {
    if (records.empty()) return;
    fmt::print(";; {} SECTION:\n", title);
    for (const Record& record : records) fmt::print("{}\n", record.text);
    fmt::print("\n");
}

void print_server(const wire::Endpoint& server, const Exchanged& heard) {
    fmt::print(";; Query time: {} msec\n;; SERVER: {}#{} ({})\n;; MSG SIZE  rcvd: {}\n", in_ms(heard.took),
               wire::to_text(server.address), server.port, heard.by_tcp ? "TCP" : "UDP", heard.octets);
}

void print_reply(const Options& options, const Exchanged& heard) {
    const auto& reply = heard.reply;
    if (options.is_short) {
        for (const Record& record : reply.answer)
            fmt::print("{}\n", record.text.substr(record.text.rfind('\t') + 1));
        return;
    }
    std::string flags = "qr";
    if (reply.is_authoritative) flags += " aa";
    if (reply.is_truncated) flags += " tc";
    if (options.recursion) flags += " rd";
    if (reply.has_recursion) flags += " ra";
    fmt::print(";; Got answer:\n;; ->>HEADER<<- opcode: QUERY, status: {}, id: {}\n",
               name_of_code(reply.code), reply.id);
    fmt::print(";; flags: {}; QUERY: 1, ANSWER: {}, AUTHORITY: {}, ADDITIONAL: {}\n", flags,
               reply.answer.size(), reply.authority.size(), reply.additional.size());
    // A server that answers without authority had it in its cache.
    if (!reply.is_authoritative && !reply.answer.empty())
        fmt::print(";; cached: not from the zone's own server\n");
    fmt::print("\n;; QUESTION SECTION:\n;{}\t\tIN\t{}\n\n", absolute(options.name),
               posix::dns::type_text(options.type));
    print_section("ANSWER", reply.answer);
    print_section("AUTHORITY", reply.authority);
    print_section("ADDITIONAL", reply.additional);
    print_server(options.server, heard);
}

int ask(posix::Host& host, const Options& options) {
    std::string_view reason;
    for (std::uint32_t round = 0; round < options.tries; ++round) {
        const auto heard = posix::dns::exchange(
            host.driver(), options.server, {options.name, options.type},
            {.timeout = options.timeout, .wants_recursion = options.recursion, .only_tcp = options.by_tcp});
        if (heard) {
            print_reply(options, *heard);
            return 0;
        }
        reason = text_of(heard.error());
        if (heard.error() == posix::dns::Failure::bad_name) break;
    }
    fmt::print(";; {}#{}: {}\n", wire::to_text(options.server.address), options.server.port, reason);
    return exit_no_answer;
}

void print_step(const Options& options, const posix::dns::Step& step) {
    const std::string who = fmt::format("{}#{}({})", wire::to_text(step.server.address), step.server.port,
                                        absolute(step.server_name));
    if (!step.answer) {
        fmt::print(";; {}: {}\n\n", who, text_of(step.answer.error()));
        return;
    }
    const auto& reply = step.answer->reply;
    for (const Record& record : reply.answer) fmt::print("{}\n", record.text);
    for (const Record& record : reply.authority) fmt::print("{}\n", record.text);
    if (reply.code != posix::dns::code::no_error) fmt::print(";; status: {}\n", name_of_code(reply.code));
    fmt::print(";; Received {} bytes from {} for zone {} in {} ms\n\n", step.answer->octets, who,
               absolute(step.zone), in_ms(step.answer->took));
    (void)options;
}

// dig +trace: the server tells who the root servers are, the rest is asked of them and of whom they refer to.
int trace(posix::Host& host, const Options& options) {
    const auto heard = posix::dns::exchange(host.driver(), options.server, {"", posix::dns::type::ns},
                                            {.timeout = options.timeout});
    if (!heard) {
        fmt::print(";; {}#{}: {}\n", wire::to_text(options.server.address), options.server.port,
                   text_of(heard.error()));
        return exit_no_answer;
    }
    std::vector<posix::dns::Start> roots;
    for (const Record& record : heard->reply.answer) {
        fmt::print("{}\n", record.text);
        for (const Record& address : heard->reply.additional)
            if (address.type == posix::dns::type::a && address.name == record.target)
                roots.push_back({record.target, address.address});
    }
    fmt::print(";; Received {} bytes from {}#{} for zone . in {} ms\n\n", heard->octets,
               wire::to_text(options.server.address), options.server.port, in_ms(heard->took));
    bool is_answered = false;
    std::string way = ".";
    posix::dns::iterate(host.driver(), std::move(roots), {options.name, options.type}, options.timeout,
                        [&](const posix::dns::Step& step) {
                            print_step(options, step);
                            if (!step.answer) return;
                            is_answered =
                                !step.answer->reply.answer.empty() || step.answer->reply.is_authoritative;
                            if (!step.zone.empty() && !way.ends_with(" " + absolute(step.zone)))
                                way += " -> " + absolute(step.zone);
                        });
    fmt::print(";; way: {} -> {}\n", way, absolute(options.name));
    return is_answered ? 0 : exit_no_answer;
}

// As any program asks: hosts file, search list, cache.
int ask_as_program(const Options& options) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    if (const int error = posix::getaddrinfo(options.name.c_str(), nullptr, &hints, &list)) {
        fmt::print(";; {}: {}\n", options.name, gai_strerror(error));
        return exit_no_answer;
    }
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(list, posix::freeaddrinfo);
    for (const addrinfo* each = list; each; each = each->ai_next)
        fmt::print("{}\n", inet_ntoa(reinterpret_cast<const sockaddr_in*>(each->ai_addr)->sin_addr));
    return 0;
}

std::uint32_t number_of(std::string_view word, std::string_view text) {
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number == 0 || number > 60)
        throw common::Failure(common::exit_usage,
                              fmt::format("{}: '{}' is not a number from 1 to 60", word, text));
    return number;
}

void read_switch(const std::string& word, Options& options) {
    const std::size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : word.substr(equals + 1);
    if (name == "+trace") {
        options.traces = true;
    } else if (name == "+short") {
        options.is_short = true;
    } else if (name == "+tcp" || name == "+vc") {
        options.by_tcp = true;
    } else if (name == "+norecurse" || name == "+norec") {
        options.recursion = false;
    } else if (name == "+time" || name == "+timeout") {
        options.timeout = std::chrono::seconds(number_of(name, value));
    } else if (name == "+tries") {
        options.tries = number_of(name, value);
    } else {
        throw common::Failure(
            common::exit_usage,
            fmt::format("{}: not known; there are +trace +short +tcp +norecurse +time=S +tries=N", word));
    }
}

}  // namespace

void read_words(const std::vector<std::string>& words, Options& options) {
    bool has_type = false;
    for (const std::string& word : words) {
        if (word.starts_with('@')) {
            const auto address = wire::parse_address(word.substr(1));
            if (!address)
                throw common::Failure(common::exit_usage,
                                      fmt::format("'{}' is not @ and an IPv4 address", word));
            options.server = {*address, 53};
        } else if (word.starts_with('+')) {
            read_switch(word, options);
        } else if (options.name.empty()) {
            options.name = word;
        } else if (const auto type = posix::dns::type_from(word); type && !has_type) {
            options.type = *type;
            has_type = true;
        } else {
            throw common::Failure(common::exit_usage,
                                  fmt::format("'{}' is not a type of record, such as A or NS", word));
        }
    }
    if (options.name.empty()) options.name = ".";
}

int run(posix::Host& host, const Options& options) {
    if (options.stub) return ask_as_program(options);
    if (!options.is_short)
        fmt::print("\n; <<>> sluice-dig <<>> {} {}\n", options.name, posix::dns::type_text(options.type));
    return options.traces ? trace(host, options) : ask(host, options);
}

}  // namespace sluice::dig
