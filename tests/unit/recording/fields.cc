#include "recording/fields.h"

#include <doctest/doctest.h>

#include "recording/recording.h"

namespace sluice::recording {
namespace {

std::vector<std::uint8_t> octets_of(const Entrance& entrance) {
    std::vector<std::uint8_t> octets;
    RecordingWriter writer(octets);
    writer.append(Head{});
    writer.append(entrance);
    return octets;
}

// What comes back when it is written and read.
template <typename What>
What back(const What& what) {
    const auto octets = std::make_shared<std::vector<std::uint8_t>>(octets_of(what));
    static std::vector<std::shared_ptr<std::vector<std::uint8_t>>> kept;  // views lead into them
    kept.push_back(octets);
    auto reader = RecordingReader::open(*octets);
    REQUIRE(reader);
    const auto entrance = reader->next();
    REQUIRE(entrance);
    CHECK_FALSE(reader->next());
    CHECK_FALSE(reader->is_damaged());
    REQUIRE(std::holds_alternative<What>(*entrance));
    return std::get<What>(*entrance);
}

TEST_CASE("a frame comes back with its time and all that a device says of it") {
    const std::vector<std::uint8_t> octets{1, 2, 0x80, 0xff};
    const entrance::Receive got = back(entrance::Receive{3, true, 1460, 2048, Instant(-5ns), octets});
    CHECK(got.link == 3);
    CHECK(got.checksum_good);
    CHECK(got.segment_bytes == 1460);
    CHECK(got.chunk_octets == 2048);
    CHECK(got.now == Instant(-5ns));
    CHECK(std::ranges::equal(got.frame, octets));
}

TEST_CASE("every option of a connection comes back, those that are not set too") {
    TcpOptions options;
    options.cork = true;
    options.user_timeout = Duration::max();
    options.congestion = tcp::Congestion::bbr;
    options.mss = 65535;
    options.fast_open_connect = true;
    const TcpOptions got = back(entrance::SetOptions{7, options}).options;
    CHECK(got.cork);
    CHECK_FALSE(got.no_delay);
    CHECK(got.user_timeout == Duration::max());
    CHECK_FALSE(got.linger);
    CHECK(got.congestion == tcp::Congestion::bbr);
    CHECK(got.mss == 65535);
    CHECK(got.fast_open_connect);
}

TEST_CASE("addresses and where a datagram goes come back") {
    UdpSending sending;
    sending.to = wire::Endpoint{wire::Address::v4(192, 0, 2, 9), 53};
    sending.hop_limit = 0;
    const UdpSending got = back(entrance::Send{1, sending, {}}).sending;
    CHECK(got.to == sending.to);
    CHECK(got.source.is_unspecified());
    CHECK(got.hop_limit == 0);
    CHECK_FALSE(got.traffic_class);
}

TEST_CASE("what a Stack is made of comes back, every setting of it") {
    StackConfig config;
    config.seed = {11, ~std::uint64_t{0}};
    config.fixed_isn = 7;
    config.tcp.congestion = tcp::Congestion::reno;
    config.net.hop_limit = 3;
    const auto got = config_of(head_of(config));
    REQUIRE(got);
    CHECK(got->seed.k1 == ~std::uint64_t{0});
    CHECK(got->fixed_isn == 7);
    CHECK(head_of(*got).settings == head_of(config).settings);
}

TEST_CASE("a setting that is unknown or out of range is told") {
    Head head = head_of(StackConfig{});
    CHECK(config_of(head));
    head.settings = "tcp.no_such_thing=1\n";
    CHECK_FALSE(config_of(head));
    head.settings = "net.hop_limit=0\n";
    CHECK_FALSE(config_of(head));
    head.settings = "nonsense";
    CHECK_FALSE(config_of(head));
}

TEST_CASE("an entrance that is cut off anywhere is none, and nothing behind it is read") {
    const std::vector<std::uint8_t> data(200, 9);
    const std::vector<std::uint8_t> whole = octets_of(entrance::Write{300, false, data});
    std::vector<std::uint8_t> empty;
    RecordingWriter(empty).append(Head{});
    for (std::size_t length = 0; length < whole.size(); ++length) {
        auto reader = RecordingReader::open(ByteView(whole).first(length));
        if (length < empty.size()) {
            CHECK_FALSE(reader);
            continue;
        }
        REQUIRE(reader);
        CHECK_FALSE(reader->next());
        CHECK(reader->is_damaged() == (length > empty.size()));
    }
}

TEST_CASE(
    "values that no field can have are damage: an unknown kind, a link above 255, an option above its "
    "names") {
    std::vector<std::uint8_t> empty;
    RecordingWriter(empty).append(Head{});
    const auto is_refused = [&](const std::vector<std::uint8_t>& more) {
        std::vector<std::uint8_t> octets = empty;
        octets.insert(octets.end(), more.begin(), more.end());
        auto reader = RecordingReader::open(octets);
        REQUIRE(reader);
        return !reader->next() && reader->is_damaged();
    };
    CHECK(is_refused({99}));
    CHECK(is_refused({6, 0x80, 0x02, 80}));      // set_mtu of link 256
    CHECK_FALSE(is_refused({6, 0x7f, 80}));      // of link 127
    CHECK(is_refused({5, 5, 192, 0, 2, 1, 0}));  // remove_neighbor, an address of five octets
    CHECK(is_refused({16, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}));  // read
}

}  // namespace
}  // namespace sluice::recording
