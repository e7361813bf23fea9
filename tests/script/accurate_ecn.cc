// Accurate ECN on the wire (RFC 9768): the handshake, the counts, what is made of them.
#include "support/script.h"

using namespace sluice;
using namespace sluice::test;

namespace {

constexpr std::uint16_t ae = tcp_flag::ae, cwr = tcp_flag::cwr, ece = tcp_flag::ece;
constexpr std::uint8_t not_ect = 0, ect_1 = 1, ect_0 = 2, ce = 3;
constexpr std::uint8_t kind_0 = 172, kind_1 = 174;

ScriptOptions accurate(tcp::EcnUse use = tcp::EcnUse::accurate) {
    return {.mss = 1000, .settings = [use](tcp::Settings& s) {
                s.ecn = use;
                s.congestion = tcp::Congestion::reno;
                s.slow_start_segments = 1;
                s.hystart = false;
            }};
}

// The ACE field of a segment, and a segment with one.
int ace_of(const Seen& seen) {
    return (seen.has(ae) ? 4 : 0) + (seen.has(cwr) ? 2 : 0) + (seen.has(ece) ? 1 : 0);
}

Segment with_ace(const Segment& segment, int ace) {
    const auto flags = static_cast<std::uint16_t>(((ace & 2) != 0 ? cwr : 0) | ((ace & 1) != 0 ? ece : 0));
    return segment.flags(flags).reserved((ace & 4) != 0 ? 1 : 0);
}

std::uint8_t mark_of(const Seen& seen) { return seen.segment.traffic_class & 3; }

Seen only(Script& t) {
    const auto sent = t.takes_all();
    REQUIRE(sent.size() == 1);
    return sent.front();
}

// Both sides agreed on it: passively, and the peer's third segment said `third`.
void accepted(Script& t, int third = 0b010) {
    t.app().listens();
    t.peer_sends(with_ace(syn(), 7));
    only(t);
    t.peer_sends(with_ace(ack(1), third));
    t.app().accepts();
}

void connected(Script& t) {
    t.app().connects();
    CHECK(ace_of(only(t)) == 7);
    t.peer_sends(with_ace(syn_ack().ack(1), 0b010));
    only(t);
}

Octets in_24_bits(std::initializer_list<std::uint32_t> fields) {
    Octets octets;
    for (const std::uint32_t field : fields)
        for (const unsigned shift : {16U, 8U, 0U})
            octets.push_back(static_cast<std::uint8_t>(field >> shift));
    return octets;
}

}  // namespace

SCRIPT_TEST("a SYN asks with AE, CWR and ECE, only if we are to ask [R9768-1] [R9768-5]", Worlds::options) {
    Script t(accurate());
    t.app().connects();
    const Seen asking = only(t);
    CHECK(ace_of(asking) == 7);
    CHECK(mark_of(asking) == not_ect);
    CHECK(t.info().ecn == tcp::EcnMode::none);
    Script classic(accurate(tcp::EcnUse::on));
    classic.app().connects();
    CHECK(ace_of(only(classic)) == 0b011);
}

SCRIPT_TEST("a SYN,ACK tells the code point of the SYN, to who asks for it only [R9768-2] [R9768-4]",
            Worlds::options) {
    struct Row {
        tcp::EcnUse use;
        int asked;
        std::uint8_t mark;
        int answer;
        tcp::EcnMode mode;
    };
    const auto accurate_use = tcp::EcnUse::accurate;
    const Row rows[] = {{accurate_use, 7, not_ect, 0b010, tcp::EcnMode::accurate},
                        {accurate_use, 7, ect_1, 0b011, tcp::EcnMode::accurate},
                        {accurate_use, 7, ect_0, 0b100, tcp::EcnMode::accurate},
                        {accurate_use, 7, ce, 0b110, tcp::EcnMode::accurate},
                        {accurate_use, 0b011, not_ect, 0b001, tcp::EcnMode::classic},
                        {accurate_use, 0b000, not_ect, 0b000, tcp::EcnMode::none},
                        {accurate_use, 0b010, not_ect, 0b000, tcp::EcnMode::none},
                        {tcp::EcnUse::accept, 7, not_ect, 0b001, tcp::EcnMode::classic},
                        {tcp::EcnUse::off, 7, not_ect, 0b000, tcp::EcnMode::none}};
    for (const Row& row : rows) {
        CAPTURE(row.asked);
        CAPTURE(row.mark);
        Script t(accurate(row.use));
        t.app().listens();
        t.peer_sends(with_ace(syn(), row.asked).dscp_byte(row.mark));
        CHECK(ace_of(only(t)) == row.answer);
        t.peer_sends(with_ace(ack(1), row.mode == tcp::EcnMode::accurate ? 0b010 : 0));
        t.app().accepts();
        CHECK(t.info().ecn == row.mode);
    }
}

SCRIPT_TEST("a SYN,ACK of who knows less is taken for what it says [R9768-3]", Worlds::options) {
    struct Row {
        int answer;
        tcp::EcnMode mode;
    };
    const Row rows[] = {{0b000, tcp::EcnMode::none},     {0b001, tcp::EcnMode::classic},
                        {0b010, tcp::EcnMode::accurate}, {0b011, tcp::EcnMode::accurate},
                        {0b100, tcp::EcnMode::accurate}, {0b101, tcp::EcnMode::classic},
                        {0b110, tcp::EcnMode::accurate}, {0b111, tcp::EcnMode::none}};
    for (const Row& row : rows) {
        CAPTURE(row.answer);
        Script t(accurate());
        t.app().connects();
        only(t);
        t.peer_sends(with_ace(syn_ack().ack(1), row.answer));
        CHECK(ace_of(only(t)) == (row.mode == tcp::EcnMode::accurate ? 0b010 : 0));
        CHECK(t.info().ecn == row.mode);
        t.app().writes(100);
        CHECK(mark_of(only(t)) == (row.mode == tcp::EcnMode::none ? not_ect : ect_0));
    }
}

SCRIPT_TEST("the ACK of the SYN,ACK tells its code point; a mark there is counted [R9768-8] [R9768-6]",
            Worlds::options) {
    struct Row {
        std::uint8_t mark;
        int third;
        int after;
    };
    for (const Row& row :
         {Row{not_ect, 0b010, 5}, Row{ect_1, 0b011, 5}, Row{ect_0, 0b100, 5}, Row{ce, 0b110, 6}}) {
        Script t(accurate());
        t.app().connects();
        only(t);
        t.peer_sends(with_ace(syn_ack().ack(1).dscp_byte(row.mark), 0b010));
        CHECK(ace_of(only(t)) == row.third);
        t.app().writes(100);
        CHECK(ace_of(only(t)) == row.after);
    }
}

SCRIPT_TEST(
    "counts start at 5 packets, 1, 1 and 0 octets; a segment tells packets modulo 8 [R9768-6] [R9768-7]",
    Worlds::options) {
    Script t(accurate());
    accepted(t);
    t.peer_sends(with_ace(data(1, 100), 5).dscp_byte(ect_0));
    t.stack_sends_after(40ms, ack(101).carries(kind_0, in_24_bits({101, 0, 1})));
    Pos at = 101;
    const int expected[] = {6, 7, 0, 1};
    for (int i = 0; i < 4; ++i) {
        t.peer_sends(with_ace(data(at, 100), 5).dscp_byte(ce));
        at += 100;
        auto sent = t.takes_all();
        if (sent.empty()) sent = t.after(40ms).takes_all();
        REQUIRE(sent.size() == 1);
        CHECK(ace_of(sent.front()) == expected[i]);
        CHECK(sent.front().option(kind_0) == in_24_bits({101, static_cast<std::uint32_t>(100 * (i + 1)), 1}));
    }
    t.app().writes(10);
    CHECK(ace_of(only(t)) == 1);
}

SCRIPT_TEST("when marks begin, and at every second one, the answer is not delayed [R9768-7]",
            Worlds::options) {
    Script t(accurate());
    accepted(t);
    t.peer_sends(with_ace(data(1, 100), 5).dscp_byte(ce)).stack_sends(ack(101));
    t.peer_sends(with_ace(data(101, 100), 5).dscp_byte(ce)).stack_is_silent();
    t.peer_sends(with_ace(data(201, 100), 5).dscp_byte(ce)).stack_sends(ack(301));
    t.peer_sends(with_ace(data(301, 100), 5).dscp_byte(ect_0)).stack_sends_after(40ms, ack(401));
    t.peer_sends(with_ace(data(401, 100), 5).dscp_byte(ce)).stack_sends(ack(501));
}

SCRIPT_TEST(
    "a third segment without any of the three flags says that the path clears them [R9768-9] [R9768-13]",
    Worlds::options) {
    Script t(accurate());
    accepted(t, 0);
    t.app().writes(1000);
    const Seen sent = only(t);
    CHECK(mark_of(sent) == not_ect);
    CHECK(ace_of(sent) == 5);
    const auto window = t.info().cwnd;
    t.peer_sends(with_ace(ack(1001), 7));
    CHECK(t.info().cwnd >= window);
    CHECK(t.info().delivered_marked == 0);
    // What comes marked is counted and told all the same.
    t.peer_sends(with_ace(data(1, 100), 0).dscp_byte(ce));
    CHECK(ace_of(only(t)) == 6);
}

SCRIPT_TEST("marks the peer counts shrink the window once in a round trip, and no CWR is sent [R9768-7]",
            Worlds::options) {
    Script t(accurate());
    connected(t);
    t.app().writes(20000);
    for (const Seen& seen : t.takes_all()) {
        CHECK(mark_of(seen) == ect_0);
        CHECK(ace_of(seen) == 5);
    }
    const auto window = t.info().cwnd;
    t.peer_sends(with_ace(ack(1001), 6)).peer_sends(with_ace(ack(2001), 7));
    t.takes_all();
    CHECK(t.info().cwnd < window);
    CHECK(t.info().cwnd >= window / 2);
    CHECK(t.info().delivered_marked == 2);
    CHECK(t.stack().counters().tcp_ecn_reductions == 1);
    // An ACK that brings no news may be old: its count is not looked at.
    t.peer_sends(with_ace(ack(2001), 5));
    CHECK(t.info().delivered_marked == 2);
}

SCRIPT_TEST("without D-SACK or SACK off it is not asked for [R9768-12]", Worlds::numbers) {
    for (const bool sack : {false, true}) {
        ScriptOptions options = accurate();
        options.settings = [sack](tcp::Settings& s) {
            s.ecn = tcp::EcnUse::accurate;
            s.sack = sack;
            s.dsack = false;
        };
        Script t(options);
        t.app().connects();
        CHECK(ace_of(only(t)) == (sack ? 0b011 : 0b111));
    }
}

SCRIPT_TEST("options of other lengths are read as far as they have whole fields [R9768-10]",
            Worlds::numbers) {
    for (const std::uint8_t kind : {kind_0, kind_1}) {
        for (std::size_t octets = 0; octets <= 12; ++octets) {
            CAPTURE(octets);
            Script t(accurate());
            connected(t);
            t.app().writes(1000);
            only(t);
            // Field 6: one packet marked; the octets, where they are told, agree.
            const Octets fields = in_24_bits({1001, 1000, 1, 0});
            t.peer_sends(with_ace(ack(1001), 6)
                             .option(kind, Octets(fields.begin(),
                                                  fields.begin() + static_cast<std::ptrdiff_t>(octets))));
            CHECK(t.info().delivered_marked == 1);
        }
    }
}

SCRIPT_TEST("the option gives way to SACK blocks [R9768-10]", Worlds::options) {
    ScriptOptions options = accurate();
    options.sack = true;
    Script t(options);
    t.app().listens();
    t.peer_sends(with_ace(syn(), 7));
    only(t);
    t.peer_sends(with_ace(ack(1), 0b010));
    t.app().accepts();
    const bool timestamps = t.info().timestamps;
    for (std::uint32_t hole = 1; hole <= 4; ++hole) {
        t.peer_sends(with_ace(data(200 * hole, 100), 5));
        const Seen answer = only(t);
        const std::size_t used = (timestamps ? 12U : 0U) + 4 + 8 * answer.sack.size();
        const auto option = answer.option(kind_0);
        CHECK(option.has_value() == (40 - used >= 5));
        CHECK(used + (option ? (2 + option->size() + 3) / 4 * 4 : 0) <= 40);
    }
}
