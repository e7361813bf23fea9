#include "posix/dns/resolver.h"

#include <algorithm>
#include <set>

#include "name_server.h"
#include "posix/dns/iterate.h"
#include "support/temporary_file.h"

using namespace sluice;
using namespace sluice::test;
using posix::dns::Finding;

namespace {

const std::vector<std::string> test_zone{
    "test. 300 IN SOA ns.test. admin.test. 1 3600 600 86400 120",
    "www.test. 60 IN A 192.0.2.7",
    "two.test. 60 IN A 192.0.2.8",
    "two.test. 60 IN A 192.0.2.9",
    "alias.test. 30 IN CNAME www.test.",
    "loop.test. 30 IN CNAME pool.test.",
    "pool.test. 30 IN CNAME loop.test.",
    "text.test. 60 IN TXT \"no address\"",
    "www.deep.test. 60 IN A 192.0.2.10",
};

posix::dns::Config config_for(std::vector<const char*> servers) {
    posix::dns::Config config;
    for (const char* server : servers) config.servers.push_back({wire::parse_address(server).value(), 53});
    config.timeout = 2s;
    config.hosts = "";
    return config;
}

// What getaddrinfo() on host a says: addresses, or the error.
std::string look_up(TwoHosts& hosts, const std::string& name) {
    posix::use_in_this_thread(&hosts.a->host());
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_CANONNAME;
    addrinfo* list = nullptr;
    if (const int error = posix::getaddrinfo(name.c_str(), nullptr, &hints, &list))
        return gai_strerror(error);
    std::string text = list->ai_canonname;
    for (const addrinfo* each = list; each; each = each->ai_next) {
        sockaddr_in in{};
        std::memcpy(&in, each->ai_addr, sizeof in);
        text += std::string(" ") + inet_ntoa(in.sin_addr);
    }
    posix::freeaddrinfo(list);
    return text;
}

}  // namespace

TEST_CASE("getaddrinfo() asks the server, and keeps what it says [D1] [D9] [RFC 1035 7.4]") {
    TwoHosts hosts;
    const NameServer server(*hosts.b, address_b, "test.", test_zone);
    hosts.a->host().set_names(config_for({address_b}));
    CHECK(look_up(hosts, "www.test") == "www.test 192.0.2.7");
    CHECK(look_up(hosts, "WWW.Test.") == "www.test 192.0.2.7");
    CHECK(server.by_udp() == 1);
    CHECK(look_up(hosts, "two.test") == "two.test 192.0.2.8 192.0.2.9");
    CHECK(server.by_udp() == 2);
    CHECK(server.by_tcp() == 0);
}

TEST_CASE("aliases are followed, by the server or by us, but not for ever [RFC 1034 3.6.2, 5.2.2]") {
    for (const bool is_recursive : {false, true}) {
        TwoHosts hosts;
        const NameServer server(*hosts.b, address_b, "test.", test_zone, {.is_recursive = is_recursive});
        hosts.a->host().set_names(config_for({address_b}));
        CHECK(look_up(hosts, "alias.test") == "www.test 192.0.2.7");
        CHECK(server.by_udp() == (is_recursive ? 1 : 2));
        CHECK(look_up(hosts, "loop.test") == gai_strerror(EAI_AGAIN));
        CHECK(server.by_udp() < 16);
    }
}

TEST_CASE("no such name, and no address of a name, are kept as long as the zone says [D11] [RFC 2308 5]") {
    TwoHosts hosts;
    const NameServer server(*hosts.b, address_b, "test.", test_zone);
    hosts.a->host().set_names(config_for({address_b}));
    for (int again = 0; again < 2; ++again) {
        CHECK(look_up(hosts, "nope.test") == gai_strerror(EAI_NONAME));
        CHECK(look_up(hosts, "text.test") == gai_strerror(EAI_NODATA));
    }
    CHECK(server.by_udp() == 2);
}

TEST_CASE("the hosts file goes before every server [D7] [hosts(5)]") {
    TwoHosts hosts;
    const NameServer server(*hosts.b, address_b, "test.", test_zone);
    const TemporaryFile file;
    file.write("192.0.2.77 www.test\n");
    auto config = config_for({address_b});
    config.hosts = file.path();
    hosts.a->host().set_names(config);
    CHECK(look_up(hosts, "www.test") == "www.test 192.0.2.77");
    CHECK(server.by_udp() == 0);
}

TEST_CASE("every question has a port and an id of its own [RFC 5452 9.2] [R6056-3] [D10]") {
    TwoHosts hosts;
    std::vector<int> ports;
    std::vector<int> ids;
    {
        const NameServer server(*hosts.b, address_b, "test.", test_zone);
        hosts.a->host().set_names(config_for({address_b}));
        for (int i = 0; i < 20; ++i) look_up(hosts, "n" + std::to_string(i) + ".test");
        ports = server.ports();
        ids = server.ids();
    }
    CHECK(std::set(ports.begin(), ports.end()).size() >= 19);
    CHECK(std::set(ids.begin(), ids.end()).size() >= 19);
    int steps = 0;
    for (std::size_t i = 1; i < ids.size(); ++i) steps += std::abs(ids[i] - ids[i - 1]) <= 1 ? 1 : 0;
    CHECK(steps <= 1);
}

TEST_CASE("what does not match the question is ignored [RFC 5452 9.1]") {
    TwoHosts hosts;
    const NameServer server(*hosts.b, address_b, "test.", test_zone, {.sends_rubbish_first = true});
    hosts.a->host().set_names(config_for({address_b}));
    CHECK(look_up(hosts, "www.test") == "www.test 192.0.2.7");
    CHECK(server.by_udp() == 1);
}

TEST_CASE("an answer that was cut short is asked for by TCP [P2] [RFC 7766 5]") {
    TwoHosts hosts;
    const NameServer server(*hosts.b, address_b, "test.", test_zone, {.truncates_udp = true});
    hosts.a->host().set_names(config_for({address_b}));
    CHECK(look_up(hosts, "two.test") == "two.test 192.0.2.8 192.0.2.9");
    CHECK(server.by_udp() == 1);
    CHECK(server.by_tcp() == 1);
}

TEST_CASE("a server that is silent, refuses or fails is passed over [RFC 1035 4.2.1, 7.2]") {
    TwoHosts hosts;
    hosts.b->host().with_stack([](Stack& stack) {
        stack.add_address(0, {wire::Address::v4(192, 0, 2, 53), 24});
    });
    const NameServer good(*hosts.b, "192.0.2.53", "test.", test_zone);
    {
        const NameServer failing(*hosts.b, address_b, "test.", test_zone, {.code = 2});
        hosts.a->host().set_names(config_for({address_b, "192.0.2.53"}));
        CHECK(look_up(hosts, "www.test") == "www.test 192.0.2.7");
        CHECK(failing.by_udp() == 1);
    }
    hosts.a->host().set_names(config_for({address_b, "192.0.2.53"}));  // nobody at its port any more
    CHECK(look_up(hosts, "www.test") == "www.test 192.0.2.7");
    {
        const NameServer silent(*hosts.b, address_b, "test.", test_zone, {.silent_for = 1});
        auto config = config_for({address_b});
        config.timeout = 50ms;
        hosts.a->host().set_names(config);
        CHECK(look_up(hosts, "www.test") == "www.test 192.0.2.7");
        CHECK(silent.by_udp() == 2);
    }
    CHECK(good.by_udp() == 2);
    auto config = config_for({address_b});
    config.attempts = 1;
    hosts.a->host().set_names(config);
    CHECK(look_up(hosts, "www.test") == gai_strerror(EAI_AGAIN));
    hosts.a->host().set_names(config_for({}));
    CHECK(look_up(hosts, "www.test") == gai_strerror(EAI_NONAME));
}

TEST_CASE("short names are looked for in the search list [resolv.conf(5)]") {
    TwoHosts hosts;
    const NameServer server(*hosts.b, address_b, "test.", test_zone);
    auto config = config_for({address_b});
    config.search = {"deep.test", "test"};
    hosts.a->host().set_names(config);
    CHECK(look_up(hosts, "www") == "www.deep.test 192.0.2.10");
    CHECK(look_up(hosts, "two") == "two.test 192.0.2.8 192.0.2.9");
    CHECK(look_up(hosts, "www.test") == "www.test 192.0.2.7");
    CHECK(look_up(hosts, "www.") == gai_strerror(EAI_NONAME));
}

TEST_CASE("resolv.conf: what counts and what is passed over [resolv.conf(5)]") {
    const auto config = posix::dns::parse_resolv_conf(
        "# comment\nnameserver 192.0.2.53\nnameserver 2001:db8::1\nnameserver 192.0.2.54 # second\n"
        "domain old.test\nsearch a.test b.test\noptions ndots:2 timeout:99 attempts:x edns0\nsortlist x\n");
    REQUIRE(config.servers.size() == 2);
    CHECK(config.servers[1] == wire::Endpoint{wire::Address::v4(192, 0, 2, 54), 53});
    CHECK(config.search == std::vector<std::string>{"a.test", "b.test"});
    CHECK(config.dots == 2);
    CHECK(config.timeout == 30s);
    CHECK(config.attempts == 2);
    CHECK(posix::dns::names_for(config, "x") == std::vector<std::string>{"x.a.test", "x.b.test", "x"});
    CHECK(posix::dns::names_for(config, "x.y.z") ==
          std::vector<std::string>{"x.y.z", "x.y.z.a.test", "x.y.z.b.test"});
    CHECK(posix::dns::names_for(config, "x.") == std::vector<std::string>{"x."});
}

TEST_CASE("the cache forgets in time and is bounded [RFC 1035 7.4, RFC 2308 5]") {
    posix::dns::Cache cache;
    const Instant start(1000s);
    const Finding yes{Finding::Kind::found, {wire::Address::v4(192, 0, 2, 7)}, "www.test"};
    const Finding no{Finding::Kind::no_such_name, {}, "nope.test"};
    cache.keep("www.test", yes, 60, start);
    cache.keep("nope.test", no, 60 * 60 * 24, start);
    cache.keep("never.test", yes, 0, start);
    CHECK(cache.find("www.test", start + 59s).has_value());
    CHECK_FALSE(cache.find("www.test", start + 60s).has_value());
    CHECK_FALSE(cache.find("never.test", start).has_value());
    CHECK(cache.find("nope.test", start + 2h).has_value());
    CHECK_FALSE(cache.find("nope.test", start + 3h).has_value());
    for (std::uint32_t i = 0; i < 3000; ++i) cache.keep("n" + std::to_string(i), yes, 100 + i, start);
    CHECK(cache.size() == posix::dns::Cache::entries_most);
    CHECK(cache.find("n2999", start).has_value());
    CHECK_FALSE(cache.find("n0", start).has_value());
}

TEST_CASE("names that cannot be are not asked for [RFC 1035 2.3.4]") {
    CHECK_FALSE(posix::dns::write_query({.question = {std::string(64, 'x') + ".test"}}).has_value());
    CHECK_FALSE(posix::dns::write_query({.question = {"a..b"}}).has_value());
    std::string long_name;
    for (int i = 0; i < 130; ++i) long_name += "x.";
    CHECK_FALSE(posix::dns::write_query({.question = {long_name}}).has_value());
    TwoHosts hosts;
    hosts.a->host().set_names(config_for({address_b}));
    CHECK(look_up(hosts, "a..b") == gai_strerror(EAI_NONAME));
}

TEST_CASE("messages of rubbish are refused, whatever it is [RFC 1035 4.1.4]") {
    const posix::dns::Query query{.id = 0x1234, .question = {"www.test"}};
    const auto octets = posix::dns::write_query(query).value();
    std::vector<std::uint8_t> reply = octets;
    reply[2] |= 0x80;
    CHECK(posix::dns::read_reply(reply, query).has_value());
    CHECK_FALSE(posix::dns::read_reply(octets, query).has_value());  // a question
    for (std::size_t length = 0; length < reply.size(); ++length)
        (void)posix::dns::read_reply(ByteView(reply).first(length), query);
    Random random(5);
    for (int i = 0; i < 20000; ++i) {
        std::vector<std::uint8_t> changed = reply;
        changed.resize(changed.size() + random.below(40));
        for (int n = 0; n < 4; ++n)
            changed[random.below(changed.size())] = static_cast<std::uint8_t>(random.u16());
        (void)posix::dns::read_reply(changed, query);
    }
    std::vector<std::uint8_t> loop = reply;  // an answer whose name points at itself
    loop.resize(12 + 14);
    loop[7] = 1;
    loop[11] = 0;
    const auto at = static_cast<std::uint8_t>(loop.size());
    loop.insert(loop.end(), {0xc0, at, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 1, 2, 3, 4});
    CHECK_FALSE(posix::dns::read_reply(loop, query).has_value());
}

TEST_CASE("from the root downwards: root, com, 163.com [D3] [D4] [D5] [RFC 1034 5.3.3]") {
    TwoHosts hosts;
    hosts.b->host().with_stack([](Stack& stack) {
        for (const std::uint8_t last : {std::uint8_t{51}, std::uint8_t{52}, std::uint8_t{53}})
            stack.add_address(0, {wire::Address::v4(192, 0, 2, last), 24});
    });
    const NameServer root(
        *hosts.b, "192.0.2.51", ".",
        {"com. 3600 IN NS a.gtld.com.", "cn. 3600 IN NS a.gtld.com.", "a.gtld.com. 3600 IN A 192.0.2.52"});
    const NameServer com(*hosts.b, "192.0.2.52", "com.",
                         {"163.com. 3600 IN NS ns1.163.com.", "163.com. 3600 IN NS ns2.163.com.",
                          "ns1.163.com. 3600 IN A 192.0.2.99", "ns2.163.com. 3600 IN A 192.0.2.53",
                          "www.cn. 60 IN A 192.0.2.33"});
    const NameServer below(*hosts.b, "192.0.2.53", "163.com.",
                           {"www.163.com. 60 IN A 192.0.2.7", "163.com. 60 IN SOA a. b. 1 2 3 4 5"});
    const auto way = [&](const std::string& name) {
        std::string text;
        posix::dns::iterate(hosts.a->host().driver(), {{"root", wire::Address::v4(192, 0, 2, 51)}}, {name},
                            400ms, [&](const posix::dns::Step& step) {
                                text += step.zone + "@" + wire::to_text(step.server.address) + " ";
                                if (!step.answer) text += std::string(text_of(step.answer.error())) + " ";
                                if (step.answer && !step.answer->reply.answer.empty())
                                    text += wire::to_text(step.answer->reply.answer[0].address);
                            });
        return text;
    };
    CHECK(way("www.163.com") ==
          "@192.0.2.51 com@192.0.2.52 163.com@192.0.2.99 no answer in time 163.com@192.0.2.53 192.0.2.7");
    CHECK(way("www.cn") == "@192.0.2.51 cn@192.0.2.52 192.0.2.33");
    CHECK(way("nope.163.com").ends_with("163.com@192.0.2.53 "));
    CHECK(way("nowhere") == "@192.0.2.51 ");
}
