// UDP as one host speaks it with an imagined peer: RFC 768, RFC 1122 4.1.
#include "support/datagrams.h"

using namespace sluice;
using namespace sluice::test;

TEST_CASE("a datagram carries ports, length and a right checksum; the answer finds its way back [RFC 768]") {
    DatagramLab lab;
    UdpSocket socket = lab.open(7);
    CHECK(next_text(socket) == "-");
    CHECK_FALSE(socket.readiness().readable);
    lab.receives_udp("hello");
    CHECK(socket.readiness().readable);
    auto datagram = socket.receive();
    REQUIRE(datagram);
    CHECK(datagram->from == at(neighbor_ip, 4000));
    CHECK(text_of_octets(datagram->data.view()) == "hello");
    REQUIRE(socket.send(datagram->data.view(), {.to = datagram->from}));
    const SeenPacket packet = lab.sends_one();
    CHECK(packet.source == stack_ip);
    CHECK(packet.destination == neighbor_ip);
    CHECK(packet.protocol == 17);
    CHECK(packet.source_port() == 7);
    CHECK(packet.destination_port() == 4000);
    CHECK(packet.u16(4) == 13);
    CHECK(packet.text() == "hello");
    CHECK(packet.checksum_is_right);
    CHECK(lab.stack.counters().udp_in == 1);
    CHECK(lab.stack.counters().udp_out == 1);
}

TEST_CASE("datagrams keep their boundaries and their order, empty ones too [RFC 768]") {
    DatagramLab lab;
    UdpSocket socket = lab.open(7);
    for (const char* text : {"one", "", "three"}) lab.receives_udp(text);
    CHECK(next_text(socket) == "one");
    CHECK(next_text(socket) == "");
    CHECK(next_text(socket) == "three");
    CHECK(next_text(socket) == "-");
    REQUIRE(socket.send({}, {.to = at(neighbor_ip, 9)}));
    const SeenPacket packet = lab.sends_one();
    CHECK(packet.u16(4) == 8);
    CHECK(packet.payload.size() == 8);
}

TEST_CASE(
    "the length must cover the header and lie in the packet; what is behind it is ignored [R768-1] [RFC "
    "768]") {
    DatagramLab lab;
    UdpSocket socket = lab.open(7);
    const auto with_length = [](std::uint8_t length, std::size_t data) {
        Octets payload{0x0f, 0xa0, 0, 7, 0, length, 0, 0};
        payload.resize(8 + data, 'x');
        return ip_frame_of(17, payload);
    };
    lab.receives(with_length(7, 4));
    lab.receives(with_length(0, 4));
    lab.receives(with_length(13, 4));
    CHECK(lab.drops(Reason::udp_bad_length) == 3);
    lab.receives(ip_frame_of(17, Octets{0x0f, 0xa0, 0, 7, 0, 7, 0}));
    CHECK(lab.drops(Reason::udp_short) == 1);
    lab.receives(with_length(8, 4));
    CHECK(next_text(socket) == "");
    lab.receives(with_length(10, 4));
    CHECK(next_text(socket) == "xx");
    CHECK(next_text(socket) == "-");
    CHECK(lab.sent().empty());
}

TEST_CASE("no checksum arrives as zero; one that is zero leaves as all ones [R768-2] [RFC 768]") {
    DatagramLab lab;
    UdpSocket socket = lab.open(7);
    lab.receives(ip_frame_of(17, Octets{0x0f, 0xa0, 0, 7, 0, 9, 0, 0, 'n'}));
    CHECK(next_text(socket) == "n");

    // The two octets of data that make the sum all ones.
    std::uint32_t sum = 0xc000U + 0x0202U + 0xc000U + 0x0201U + 17U + 10U + 7U + 4000U + 10U;
    while (sum >> 16U) sum = (sum & 0xffffU) + (sum >> 16U);
    const std::uint32_t rest = 0xffffU - sum;
    const Octets data{static_cast<std::uint8_t>(rest >> 8U), static_cast<std::uint8_t>(rest)};
    REQUIRE(socket.send(data, {.to = at(neighbor_ip, 4000)}));
    const SeenPacket packet = lab.sends_one();
    CHECK(packet.u16(6) == 0xffff);
    CHECK(packet.checksum_is_right);
}

TEST_CASE(
    "a wrong checksum is dropped silently, unless the link vouches for it [R768-3] [RFC 1122 4.1.3.4]") {
    DatagramLab lab;
    UdpSocket socket = lab.open(7);
    for (const std::size_t place : {34U, 40U, 46U}) {  // a port, the checksum, the data
        Octets frame = udp_frame("sound");
        frame.at(place) ^= 1;
        lab.receives(frame);
    }
    CHECK(lab.drops(Reason::udp_bad_checksum) == 3);
    CHECK(next_text(socket) == "-");
    CHECK(lab.sent().empty());
    Octets frame = udp_frame("sound");
    frame.at(46) ^= 1;
    lab.receives(frame, true);
    CHECK(next_text(socket) == "soune");
}

TEST_CASE("a checksum is made unless the application does without [R768-3] [RFC 1122 4.1.3.4]") {
    DatagramLab lab;
    UdpSocket socket = lab.open(7, {.checksum = false});
    REQUIRE(socket.send(octets_of("plain"), {.to = at(neighbor_ip, 9)}));
    CHECK(lab.sends_one().u16(6) == 0);
    auto options = socket.options();
    options.checksum = true;
    socket.set_options(options);
    REQUIRE(socket.send(octets_of("plain"), {.to = at(neighbor_ip, 9)}));
    const SeenPacket packet = lab.sends_one();
    CHECK(packet.u16(6) != 0);
    CHECK(packet.checksum_is_right);
}

TEST_CASE(
    "nobody at a port: port unreachable with the datagram, but not for a group [R768-4] [RFC 1122 4.1.3.1]") {
    DatagramLab lab;
    lab.receives_udp("anyone?", {.destination_port = 9});
    const SeenPacket error = lab.sends_one();
    CHECK(error.protocol == 1);
    CHECK(error.payload.at(0) == 3);
    CHECK(error.payload.at(1) == 3);
    CHECK(text_of_octets(ByteView(error.payload).subspan(8 + 20 + 8)) == "anyone?");
    CHECK(lab.drops(Reason::udp_no_listener) == 1);

    for (const char* group : {"255.255.255.255", "192.0.2.255"})
        lab.receives_udp("anyone?",
                         {.destination = group, .destination_port = 9, .to_mac = "ff:ff:ff:ff:ff:ff"});
    lab.receives_udp("anyone?",
                     {.destination = "224.0.0.1", .destination_port = 9, .to_mac = "01:00:5e:00:00:01"});
    CHECK(lab.sent().empty());
    CHECK(lab.drops(Reason::udp_no_listener) == 4);
}

TEST_CASE("a hard ICMP error reaches the connected socket, once [R768-5] [RFC 1122 4.1.3.3]") {
    struct Row {
        std::uint8_t type, code;
        Error told;
    };
    for (const Row row : {Row{3, 3, Error::refused}, Row{3, 2, Error::protocol_unreachable},
                          Row{3, 13, Error::host_unreachable}, Row{12, 0, Error::host_unreachable}}) {
        DatagramLab lab;
        UdpSocket socket = lab.open(7);
        REQUIRE(socket.connect(at(neighbor_ip, 9)));
        REQUIRE(socket.send(octets_of("ping")));
        lab.receives_error(row.type, row.code, lab.sends_one());
        CHECK(socket.readiness().error);
        CHECK(socket.readiness().readable);
        const auto got = socket.receive();
        REQUIRE_FALSE(got);
        CHECK(got.error() == row.told);
        CHECK(socket.take_error() == Error::none);
        CHECK(socket.send(octets_of("ping")).has_value());
    }
}

TEST_CASE(
    "a soft error, or one about another peer, is not told to a socket that did not ask [RFC 1122 4.1.3.3]") {
    DatagramLab lab;
    UdpSocket socket = lab.open(7);
    REQUIRE(socket.send(octets_of("x"), {.to = at(neighbor_ip, 9)}));
    const SeenPacket to_nine = lab.sends_one();
    lab.receives_error(3, 3, to_nine);
    CHECK_FALSE(socket.readiness().error);
    REQUIRE(socket.connect(at(neighbor_ip, 10)));
    lab.receives_error(3, 3, to_nine);
    CHECK_FALSE(socket.readiness().error);
    REQUIRE(socket.send(octets_of("x")));
    lab.receives_error(3, 1, lab.sends_one());
    CHECK_FALSE(socket.readiness().error);
}

TEST_CASE(
    "with keep_failures every error is kept with what it is about, in bounds [R768-5] [RFC 1122 4.1.3.3]") {
    DatagramLab lab([](StackConfig& config) { config.udp.failures_max = 2; });
    UdpSocket socket = lab.open(7, {.keep_failures = true});
    REQUIRE(socket.send(octets_of("question"), {.to = at("198.51.100.9", 53)}).error() ==
            Error::net_unreachable);
    lab.stack.add_default_route(ip(neighbor_ip));
    REQUIRE(socket.send(octets_of("question"), {.to = at("198.51.100.9", 53)}));
    const SeenPacket question = lab.sends_one();
    lab.receives_error(11, 0, question, 0, "203.0.113.1");
    lab.receives_error(3, 4, question, 1400, "203.0.113.2");
    lab.receives_error(3, 1, question, 0, "203.0.113.3");
    auto failure = socket.next_failure();
    REQUIRE(failure);
    CHECK(failure->error == wire::DeliveryError::time_exceeded);
    CHECK(failure->reporter == ip("203.0.113.1"));
    CHECK(failure->remote == at("198.51.100.9", 53));
    CHECK(failure->type == 11);
    CHECK(text_of_octets(failure->data.view()) == "question");
    failure = socket.next_failure();
    REQUIRE(failure);
    CHECK(failure->error == wire::DeliveryError::packet_too_big);
    CHECK(failure->mtu == 1400);
    CHECK_FALSE(socket.next_failure());
    CHECK(socket.take_error() == Error::host_unreachable);
}

TEST_CASE("a neighbour that does not answer is an error too [R768-5] [RFC 1122 4.1.3.3]") {
    DatagramLab lab;
    UdpSocket socket = lab.open(7, {.keep_failures = true});
    REQUIRE(socket.send(octets_of("there?"), {.to = at(other_ip, 9)}));
    lab.after(10s);
    const auto failure = socket.next_failure();
    REQUIRE(failure);
    CHECK(failure->error == wire::DeliveryError::neighbor_failed);
    CHECK(failure->remote == at(other_ip, 9));
}

TEST_CASE(
    "the address a datagram was sent to is told; the source may be chosen [R768-6] [RFC 1122 4.1.3.5]") {
    DatagramLab lab;
    lab.stack.add_address(lab.link, {ip("192.0.2.77"), 24});
    UdpSocket socket = lab.open(7, {.broadcast = true});
    for (const char* to : {"192.0.2.2", "192.0.2.77"}) {
        CAPTURE(std::string(to));
        lab.receives_udp("to whom?", {.destination = to});
        const auto datagram = socket.receive();
        REQUIRE(datagram);
        CHECK(datagram->to == at(to, 7));
        CHECK_FALSE(datagram->to_group);
        REQUIRE(socket.send(datagram->data.view(), {.to = datagram->from, .source = datagram->to.address}));
        CHECK(lab.sends_one().source == to);
    }
    lab.receives_udp("all", {.destination = "192.0.2.255", .to_mac = "ff:ff:ff:ff:ff:ff"});
    const auto datagram = socket.receive();
    REQUIRE(datagram);
    CHECK(datagram->to == at("192.0.2.255", 7));
    CHECK(datagram->to_group);
    CHECK(socket.send({}, {.to = at(neighbor_ip, 1), .source = ip("192.0.2.99")}).error() ==
          Error::address_not_available);
    CHECK(lab.open(8, {}, "192.0.2.77").local() == at("192.0.2.77", 8));
    UdpSocket nowhere = lab.stack.open_udp().value();
    CHECK(nowhere.bind(at("192.0.2.99", 8)).error() == Error::address_not_available);
}

TEST_CASE(
    "a datagram from no host's address is dropped below UDP; our own have our address [R768-7] [RFC 1122 "
    "4.1.3.6]") {
    DatagramLab lab;
    UdpSocket socket = lab.open(7);
    for (const char* source : {"255.255.255.255", "224.0.0.5", "192.0.2.255", "127.0.0.1", stack_ip})
        lab.receives_udp("who?", {.source = source});
    CHECK(next_text(socket) == "-");
    CHECK(lab.drops(Reason::ip_bad_source) + lab.drops(Reason::ip_own_source) == 5);
    REQUIRE(socket.send(octets_of("me"), {.to = at(neighbor_ip, 9)}));
    CHECK(lab.sends_one().source == stack_ip);
}

TEST_CASE("hop limit and traffic class can be set and are told [R768-8] [RFC 1122 4.1.4]") {
    DatagramLab lab;
    UdpSocket socket = lab.open(7, {.traffic_class = 0xb8, .hop_limit = 3});
    REQUIRE(socket.send({}, {.to = at(neighbor_ip, 9)}));
    SeenPacket packet = lab.sends_one();
    CHECK(packet.hop_limit == 3);
    CHECK(packet.traffic_class == 0xb8);
    REQUIRE(socket.send({}, {.to = at(neighbor_ip, 9), .traffic_class = 4, .hop_limit = 1}));
    packet = lab.sends_one();
    CHECK(packet.hop_limit == 1);
    CHECK(packet.traffic_class == 4);
    REQUIRE(socket.send({}, {.to = at("224.0.0.251", 5353)}));
    packet = lab.sends_one();
    CHECK(packet.hop_limit == 1);
    CHECK(packet.to_mac == "01:00:5e:00:00:fb");
    lab.receives_udp("x", {.hop_limit = 17, .traffic_class = 0x2e});
    const auto datagram = socket.receive();
    REQUIRE(datagram);
    CHECK(datagram->hop_limit == 17);
    CHECK(datagram->traffic_class == 0x2e);
}

TEST_CASE("a large datagram leaves in fragments and arrives whole [R791-4] [RFC 791 3.2, RFC 1122 4.1.3]") {
    DatagramLab lab({}, {.mtu = 576});
    UdpSocket socket = lab.open(7);
    std::string text;
    for (int i = 0; i < 2000; ++i) text.push_back(static_cast<char>('a' + i % 26));
    REQUIRE(socket.send(octets_of(text), {.to = at(neighbor_ip, 9)}));
    const auto fragments = lab.sent();
    REQUIRE(fragments.size() == 4);  // 552 octets each, and the rest
    Octets whole;
    for (const SeenPacket& fragment : fragments) {
        CHECK(fragment.offset == whole.size());
        CHECK(fragment.more == (&fragment != &fragments.back()));
        CHECK_FALSE(fragment.dont_fragment);
        CHECK(fragment.identification == fragments[0].identification);
        whole.insert(whole.end(), fragment.payload.begin(), fragment.payload.end());
    }
    CHECK(text_of_octets(ByteView(whole).subspan(8)) == text);

    const Octets frame = udp_frame(text);
    const Octets payload(frame.begin() + 34, frame.end());
    for (const std::size_t at : {std::size_t{1200}, std::size_t{0}}) {
        Octets piece(payload.begin() + static_cast<std::ptrdiff_t>(at),
                     at == 0 ? payload.begin() + 1200 : payload.end());
        Octets in = ip_frame_of(17, piece);
        in[14 + 4] = 0x12;  // identification
        in[14 + 6] = static_cast<std::uint8_t>((at == 0 ? 0x20 : 0) | at / 8 >> 8U);
        in[14 + 7] = static_cast<std::uint8_t>(at / 8);
        in[14 + 10] = in[14 + 11] = 0;
        std::uint32_t sum = 0;
        for (std::size_t i = 14; i < 34; i += 2) sum += static_cast<std::uint32_t>(in[i] << 8U) + in[i + 1];
        while (sum >> 16U) sum = (sum & 0xffffU) + (sum >> 16U);
        in[14 + 10] = static_cast<std::uint8_t>(~sum >> 8U);
        in[14 + 11] = static_cast<std::uint8_t>(~sum);
        lab.receives(in);
    }
    CHECK(next_text(socket) == text);
}

TEST_CASE("an application may forbid fragments and learns what fits [RFC 8085 3.2]") {
    DatagramLab lab;
    UdpSocket socket = lab.open(7, {.fragmentation = udp::Fragmentation::forbidden});
    CHECK(socket.send(Octets(1473), {.to = at(neighbor_ip, 9)}).error() == Error::message_too_big);
    REQUIRE(socket.send(Octets(1472), {.to = at(neighbor_ip, 9)}));
    SeenPacket packet = lab.sends_one();
    CHECK(packet.dont_fragment);
    REQUIRE(socket.connect(at(neighbor_ip, 9)));
    lab.receives_error(3, 4, packet, 1300);
    CHECK(socket.take_error() == Error::message_too_big);

    UdpSocket other = lab.open(8, {.fragmentation = udp::Fragmentation::only_here});
    REQUIRE(other.send(Octets(1472), {.to = at(neighbor_ip, 9)}));
    CHECK(lab.sends_one().dont_fragment);
    REQUIRE(other.send(Octets(1473), {.to = at(neighbor_ip, 9)}));
    const auto fragments = lab.sent();
    REQUIRE(fragments.size() == 2);
    CHECK_FALSE(fragments[0].dont_fragment);

    UdpSocket plain = lab.open(9);
    CHECK(plain.send(Octets(65508), {.to = at(neighbor_ip, 9)}).error() == Error::message_too_big);
    REQUIRE(plain.send(Octets(65507), {.to = at(neighbor_ip, 9)}));
    CHECK(lab.sent().size() == 45);
}

TEST_CASE("broadcast needs leave, and reaches every socket of the port [RFC 1122 3.3.6]") {
    DatagramLab lab;
    UdpSocket socket = lab.open(7);
    for (const char* group : {"255.255.255.255", "192.0.2.255"}) {
        CHECK(socket.send({}, {.to = at(group, 9)}).error() == Error::permission_denied);
        CHECK(socket.connect(at(group, 9)).error() == Error::permission_denied);
    }
    socket.set_options({.broadcast = true, .reuse_address = true});
    REQUIRE(socket.send({}, {.to = at("192.0.2.255", 9)}));
    SeenPacket packet = lab.sends_one();
    CHECK(packet.to_mac == "ff:ff:ff:ff:ff:ff");
    CHECK(packet.destination == "192.0.2.255");

    UdpSocket second = lab.open(7, {.reuse_address = true});
    UdpSocket third = lab.open(7, {.reuse_address = true}, stack_ip);  // not bound to the group
    UdpSocket fourth = lab.open(7, {.reuse_address = true}, "192.0.2.255");
    lab.receives_udp("all", {.destination = "192.0.2.255", .to_mac = "ff:ff:ff:ff:ff:ff"});
    CHECK(next_text(socket) == "all");
    CHECK(next_text(second) == "all");
    CHECK(next_text(third) == "-");
    CHECK(next_text(fourth) == "all");
    REQUIRE(fourth.send({}, {.to = at(neighbor_ip, 9)}));
    CHECK(lab.sends_one().source == stack_ip);  // not the group's
}

TEST_CASE("a connected socket hears its peer only, and goes first [socket(7)]") {
    DatagramLab lab;
    UdpSocket any = lab.open(7, {.reuse_address = true});
    UdpSocket one = lab.open(7, {.reuse_address = true});
    REQUIRE(one.connect(at(neighbor_ip, 4000)));
    CHECK(one.local() == at(stack_ip, 7));
    CHECK(one.remote() == at(neighbor_ip, 4000));
    lab.receives_udp("from 4000");
    lab.receives_udp("from 4001", {.source_port = 4001});
    CHECK(next_text(one) == "from 4000");
    CHECK(next_text(one) == "-");
    CHECK(next_text(any) == "from 4001");
    one.disconnect();
    CHECK(one.local() == at("0.0.0.0", 7));
    lab.receives_udp("from 4000");
    CHECK(next_text(any) == "-");
    CHECK(next_text(one) == "from 4000");  // the newest of the two
}

TEST_CASE("a socket bound to the address goes before one bound to all [socket(7)]") {
    DatagramLab lab;
    UdpSocket exact = lab.open(7, {.reuse_address = true}, stack_ip);
    UdpSocket any = lab.open(7, {.reuse_address = true});
    lab.receives_udp("x");
    CHECK(next_text(exact) == "x");
    CHECK(next_text(any) == "-");
}

TEST_CASE(
    "a port is shared only when all agree; reuse_port spreads senders evenly and steadily [socket(7)]") {
    DatagramLab lab;
    UdpSocket first = lab.open(7);
    UdpSocket second = lab.stack.open_udp({.reuse_address = true, .reuse_port = true}).value();
    CHECK(second.bind(at("0.0.0.0", 7)).error() == Error::address_in_use);
    CHECK(second.bind(at(stack_ip, 7)).error() == Error::address_in_use);
    REQUIRE(second.bind(at("0.0.0.0", 8)));
    CHECK(second.bind(at("0.0.0.0", 9)).error() == Error::invalid_argument);
    UdpSocket third = lab.open(8, {.reuse_port = true});
    int to_second = 0;
    for (std::uint16_t port = 1000; port < 1100; ++port) {
        for (int again = 0; again < 2; ++again)
            lab.receives_udp("x", {.source_port = port, .destination_port = 8});
        const std::uint32_t queued = second.info().receive_queue;
        CHECK((queued == 0 || queued == 2));  // both by the same
        to_second += queued == 2 ? 1 : 0;
        while (next_text(second) != "-") {
        }
        while (next_text(third) != "-") {
        }
    }
    CHECK(to_second > 25);
    CHECK(to_second < 75);
    first.close();
    lab.open(7);
}

TEST_CASE(
    "a port is chosen at random when none is asked for, one that is free [R6056-3] [R6056-4] [R6056-6]") {
    DatagramLab lab([](StackConfig& config) {
        config.udp.port_first = 5000;
        config.udp.port_last = 5002;
    });
    const UdpSocket taken = lab.open(5001);
    UdpSocket first = lab.stack.open_udp().value();
    REQUIRE(first.send({}, {.to = at(neighbor_ip, 9)}));  // binds by itself
    UdpSocket second = lab.stack.open_udp().value();
    REQUIRE(second.connect(at(neighbor_ip, 9)));
    CHECK(first.local().port + second.local().port == 5000 + 5002);
    UdpSocket third = lab.stack.open_udp().value();
    CHECK(third.bind({}).error() == Error::address_in_use);
    CHECK(third.send({}, {.to = at(neighbor_ip, 9)}).error() == Error::address_in_use);
    second.disconnect();  // its port was chosen for the peer
    CHECK(second.local().port == 0);
    CHECK(third.bind({}).has_value());

    DatagramLab wide;
    std::vector<std::uint16_t> ports;
    std::vector<UdpSocket> sockets;
    for (int i = 0; i < 20; ++i) {
        sockets.push_back(wide.stack.open_udp().value());
        REQUIRE(sockets.back().bind({}));
        ports.push_back(sockets.back().local().port);
    }
    int neighbours = 0;
    for (std::size_t i = 1; i < ports.size(); ++i) neighbours += ports[i] - ports[i - 1] == 1 ? 1 : 0;
    CHECK(neighbours <= 1);
}

TEST_CASE(
    "unread datagrams are bounded in memory and number; the newest are dropped and counted [RFC 8085 "
    "3.1.3]") {
    DatagramLab lab([](StackConfig& config) { config.udp.datagrams_max = 10; });
    UdpSocket socket = lab.open(7);
    for (int i = 0; i < 12; ++i) lab.receives_udp("");
    CHECK(lab.drops(Reason::udp_queue_full) == 2);
    CHECK(socket.info().dropped == 2);
    for (int i = 0; i < 10; ++i) CHECK(next_text(socket) == "");
    CHECK(next_text(socket) == "-");

    UdpSocket small = lab.open(8, {.receive_buffer = 4096});
    const std::uint64_t before = lab.stack.pool().bytes_in_use();
    for (int i = 0; i < 10; ++i) lab.receives_udp(std::string(1000, 'x'), {.destination_port = 8});
    CHECK(lab.drops(Reason::udp_queue_full) > 2);
    CHECK(lab.stack.pool().bytes_in_use() - before <= 4096);
    CHECK(next_text(small).size() == 1000);
    small.close();
    CHECK(lab.stack.pool().bytes_in_use() == before);
}

TEST_CASE("what waits to be sent is bounded; room is told [RFC 8085 3.1]") {
    struct Counting final : Watcher {
        void on_ready(Readiness ready) override { writable += ready.writable ? 1 : 0; }
        int writable = 0;
    };
    DatagramLab lab;
    UdpSocket socket = lab.open(7, {.send_buffer = 4096});
    int sent = 0;
    while (socket.send(Octets(1000), {.to = at(neighbor_ip, 9)})) ++sent;
    CHECK(sent >= 2);
    CHECK(sent <= 4);
    CHECK(socket.send(Octets(1000), {.to = at(neighbor_ip, 9)}).error() == Error::would_block);
    CHECK(socket.info().send_queue == static_cast<std::uint32_t>(sent) * 1000);
    Counting watcher;
    socket.watch(&watcher);
    lab.stack.dispatch();
    watcher.writable = 0;
    CHECK(lab.sent().size() == static_cast<std::size_t>(sent));
    lab.stack.dispatch();
    CHECK(watcher.writable == 1);
    CHECK(socket.info().send_queue == 0);
    REQUIRE(socket.send(Octets(60000), {.to = at(neighbor_ip, 9)}));  // one always has room
}

TEST_CASE("what was sent leaves although the socket is closed; sockets are limited in number [project]") {
    DatagramLab lab([](StackConfig& config) { config.udp.sockets_max = 2; });
    UdpSocket socket = lab.open(7);
    const UdpSocket other = lab.open(8);
    CHECK(lab.stack.open_udp().error() == Error::no_resources);
    REQUIRE(socket.send(octets_of("last words"), {.to = at(neighbor_ip, 9)}));
    socket.close();
    CHECK(lab.sends_one().text() == "last words");
    CHECK(socket.send({}).error() == Error::not_connected);
    CHECK(lab.stack.udp_entries().size() == 1);
    CHECK(lab.stack.udp_entries()[0].local.port == 8);
}

TEST_CASE("what cannot be a destination is refused [RFC 1122 4.1.3]") {
    DatagramLab lab;
    UdpSocket socket = lab.open(7);
    CHECK(socket.send({}).error() == Error::destination_required);
    CHECK(socket.send({}, {.to = at(neighbor_ip, 0)}).error() == Error::invalid_argument);
    CHECK(socket.send({}, {.to = at("0.0.0.0", 9)}).error() == Error::destination_required);
    CHECK(socket.send({}, {.to = at("198.51.100.1", 9)}).error() == Error::net_unreachable);
    CHECK(socket.connect(at("198.51.100.1", 9)).error() == Error::net_unreachable);
    CHECK_FALSE(socket.is_connected());
}

TEST_CASE(
    "two sockets of one host talk without a frame, and a closed port answers at once [RFC 1122 3.2.1.3]") {
    DatagramLab lab;
    UdpSocket server = lab.open(7);
    UdpSocket client = lab.stack.open_udp().value();
    REQUIRE(client.connect(at("127.0.0.1", 7)));
    REQUIRE(client.send(octets_of("inside")));
    CHECK(lab.sent().empty());
    const auto datagram = server.receive();
    REQUIRE(datagram);
    CHECK(text_of_octets(datagram->data.view()) == "inside");
    REQUIRE(server.send(octets_of("back"), {.to = datagram->from}));
    CHECK(lab.sent().empty());
    CHECK(next_text(client) == "back");
    REQUIRE(client.connect(at("127.0.0.1", 8)));
    REQUIRE(client.send(octets_of("nobody")));
    CHECK(lab.sent().empty());
    CHECK(client.receive().error() == Error::refused);
}
