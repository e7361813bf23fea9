// Every kind of segment in every state: states.md 5.3, cell by cell.
//
// A cell is "answer" or "answer>STATE". Answers: "-" silence; "R0", "RA" the two resets; "A" an ACK with our
// old numbers; "a" an ACK that covers the segment, at once; "d" the same, perhaps delayed; "k" an ACK of the hole's edge;
// "sa" a SYN,ACK; "i" silence or an ACK of rcv.nxt, and nothing delivered. "" cannot arise.
#include <fmt/format.h>

#include <array>
#include <string_view>

#include "support/script.h"

using namespace sluice;
using namespace sluice::test;

namespace {

enum Column { CLD, LIS, SSN, PAS, ACT, EST, FW1, FW2, CLW, CLG, LAK, TWT };
constexpr std::array<const char*, 12> column_names{"CLD", "LIS", "SSN", "SRC passive", "SRC active", "EST",
                                                   "FW1", "FW2", "CLW", "CLG",         "LAK",        "TWT"};
constexpr std::array states{State::closed,       State::listen,      State::syn_sent,   State::syn_received,
                            State::syn_received, State::established, State::fin_wait_1, State::fin_wait_2,
                            State::close_wait,   State::closing,     State::last_ack,   State::time_wait};

// Where the connection stands when the segment arrives.
struct Place {
    Column column;
    Pos una, nxt, rcv;
    Pos edge;
};

struct Row {
    const char* name;
    Segment (*make)(const Place&);
    std::array<const char*, 12> cells;
    bool with_data = false;  // ten octets of ours are outstanding, before the FIN if there is one
};

State state_of(std::string_view name) {
    for (std::size_t i = 0; i < column_names.size(); ++i)
        if (name == column_names.at(i)) return states.at(i);
    return State::syn_received;
}

Place enter(Script& t, Column column, bool with_data) {
    Place place{column, 1, 1, 1, 65536};
    const bool writes = with_data && column >= EST;
    if (writes && (column == CLW || column == LAK)) {
        t.in(State::close_wait);
    } else if (writes) {
        t.established();
    } else {
        t.in(states.at(column));
    }
    if (writes) {
        t.app().writes(10);
        t.takes_all();
    }
    if (writes && (column == FW1 || column == CLG || column == LAK)) {
        t.app().shuts_down();
        t.stack_sends(fin(11));
    }
    if (writes && column == CLG) t.peer_sends(fin(1).ack(1)).stack_sends(ack(2));
    place.una = column == SSN || column == PAS || column == ACT ? 0 : 1;
    place.nxt = t.flow().highest_sent;
    if (column == FW2 || column == TWT) place.una = 2;
    if (column == CLW || column >= CLG) place.rcv = 2;
    if (column != CLD && column != LIS && column != SSN) place.edge = t.edge();
    return place;
}

void check_answer(Script& t, const Place& place, const Segment& segment, std::string_view answer) {
    const SegmentFields& f = segment.fields();
    const Pos end = f.seq.value_or(0) + f.length.value_or(0) + ((f.flags & tcp_flag::fin) != 0 ? 1 : 0) +
                    ((f.flags & tcp_flag::syn) != 0 ? 1 : 0);
    if (answer == "-") t.stack_is_silent();
    if (answer == "R0") t.stack_sends(rst(0).seq_raw(0).ack(end));
    if (answer == "RA") t.stack_sends(rst(f.ack.value_or(0)));
    if (answer == "A" || answer == "k") t.stack_sends(ack(place.rcv).seq(place.nxt));
    if (answer == "a") t.stack_sends(ack(end).seq(place.nxt));
    if (answer == "d") t.stack_sends_within(0ms, 499ms, ack(end).seq(place.nxt));
    if (answer == "sa") t.stack_sends(place.column == SSN ? syn_ack().ack(end) : syn_ack().new_iss().ack(1));
    if (answer == "i") {
        for (const Seen& seen : t.takes_all()) CHECK(seen.segment.ack == t.flow().wire_of_peer(place.rcv));
    }
}

void play_cell(const Row& row, Column column) {
    std::string_view cell = row.cells.at(column);
    if (cell.empty()) return;
    const std::string title = fmt::format("{} in {}: {}", row.name, column_names.at(column), cell);
    INFO(title);
    const std::size_t arrow = cell.find('>');
    State next = states.at(column);
    if (arrow != std::string_view::npos) next = state_of(cell.substr(arrow + 1));
    try {
        Script t{{.active = column == ACT}};
        const Place place = enter(t, column, row.with_data);
        const Segment segment = row.make(place);
        t.note("--- " + title);
        t.peer_sends(segment);
        check_answer(t, place, segment, cell.substr(0, arrow));
        if (column != LIS || next != State::listen) t.state_is(next == State::listen ? State::closed : next);
        t.stack_is_silent();
    } catch (const ScriptFailed&) {
        return;  // Reported; the other cells are played all the same.
    }
}

Segment with_ack(const Segment& segment, const Place& p) { return segment.ack(p.nxt); }

// clang-format off
const std::array<Row, 26> rows{{
    //                                                                      CLD    LIS       SSN       PAS       ACT       EST       FW1       FW2       CLW       CLG       LAK       TWT
    {"RST at rcv.nxt", [](const Place& p) { return p.column == SSN ? rst(0).ack(1) : rst(p.rcv); },
                                                                           {"-",   "-",      "->CLD",  "->LIS",  "->CLD",  "->CLD",  "->CLD",  "->CLD",  "->CLD",  "->CLD",  "->CLD",  "->CLD"}},
    {"RST in window", [](const Place& p) { return rst(p.rcv + 1); },       {"-",   "-",      "",       "A",      "A",      "A",      "A",      "A",      "A",      "A",      "A",      "A"}},
    {"RST at the last octet of the window", [](const Place& p) { return rst(p.edge - 1); },
                                                                           {"-",   "-",      "",       "A",      "A",      "A",      "A",      "A",      "A",      "A",      "A",      "A"}},
    {"RST below the window", [](const Place& p) { return rst(p.rcv - 1); },{"-",   "-",      "-",      "-",      "-",      "-",      "-",      "-",      "-",      "-",      "-",      "-"}},
    {"RST beyond the window", [](const Place& p) { return rst(p.edge); },  {"-",   "-",      "-",      "-",      "-",      "-",      "-",      "-",      "-",      "-",      "-",      "-"}},
    {"RST with an ACK of nothing sent", [](const Place& p) { return p.column == SSN ? rst(0).ack(5) : rst(p.rcv).ack(p.nxt + 9); },
                                                                           {"-",   "-",      "-",      "->LIS",  "->CLD",  "->CLD",  "->CLD",  "->CLD",  "->CLD",  "->CLD",  "->CLD",  "->CLD"}},
    {"SYN, new, in window", [](const Place& p) { return p.column <= SSN ? syn() : syn().seq(p.rcv + 100); },
                                                                           {"R0",  "sa>SRC", "sa>SRC", "->LIS",  "A",      "A",      "A",      "A",      "A",      "A",      "A",      "sa>SRC"}},
    {"SYN, new, below the window", [](const Place& p) { return syn().seq(p.rcv - 1000); },
                                                                           {"R0",  "sa>SRC", "",       "A",      "A",      "A",      "A",      "A",      "A",      "A",      "A",      "A"}},
    {"SYN, new, half the numbers away", [](const Place& p) { return syn().seq(p.rcv - 0x7fffff00); },
                                                                           {"R0",  "sa>SRC", "",       "A",      "A",      "A",      "A",      "A",      "A",      "A",      "A",      "A"}},
    {"SYN, the first again", [](const Place&) { return syn(); },           {"R0",  "sa>SRC", "",       "sa",     "sa",     "A",      "A",      "A",      "A",      "A",      "A",      "A"}},
    {"SYN,ACK, acceptable, at IRS", [](const Place& p) { return syn_ack().ack(p.nxt); },
                                                                           {"RA",  "RA",     "a>EST",  "A",      "A>EST",  "A",      "A",      "A",      "A",      "A",      "A",      "A"}},
    {"SYN,ACK, not acceptable, at IRS", [](const Place& p) { return syn_ack().ack(p.nxt + 1); },
                                                                           {"RA",  "RA",     "RA",     "A",      "A",      "A",      "A",      "A",      "A",      "A",      "A",      "A"}},
    {"SYN,ACK, not acceptable, in window", [](const Place& p) { return syn_ack().seq(p.rcv + 100).ack(p.nxt + 1); },
                                                                           {"RA",  "RA",     "RA",     "->LIS",  "A",      "A",      "A",      "A",      "A",      "A",      "A",      "A"}},
    {"ACK, new, no data", [](const Place& p) { return ack(p.column >= EST ? 11 : 1).seq(p.rcv); },
                                                                           {"RA",  "RA",     "-",      "->EST",  "->EST",  "-",      "-",      "",       "-",      "-",      "-",      ""}, true},
    {"ACK of our FIN", [](const Place& p) { return ack(2).seq(p.rcv); },   {"RA",  "RA",     "",       "",       "",       "",       "->FW2",  "-",      "",       "->TWT",  "->CLD",  "-"}},
    {"ACK, duplicate", [](const Place& p) { return ack(p.una).seq(p.rcv); },
                                                                           {"RA",  "RA",     "RA",     "RA",     "RA",     "-",      "-",      "-",      "-",      "-",      "-",      "-"}},
    {"ACK below una - max.snd.wnd", [](const Place& p) { return ack(p.una - 65537).seq(p.rcv); },
                                                                           {"RA",  "RA",     "RA",     "RA",     "RA",     "A",      "A",      "A",      "A",      "A",      "A",      "A"}},
    {"ACK above snd.nxt", [](const Place& p) { return ack(p.nxt + 1).seq(p.rcv); },
                                                                           {"RA",  "RA",     "RA",     "RA",     "RA",     "A",      "A",      "A",      "A",      "A",      "A",      "A"}},
    {"data, in order", [](const Place& p) { return with_ack(data(p.rcv, 10), p); },
                                                                           {"RA",  "RA",     "-",      "d>EST",  "d>EST",  "d",      "d>FW2",  "d",      "i",      "i>TWT",  "i>CLD",  "i"}},
    {"data, out of order", [](const Place& p) { return with_ack(data(p.rcv + 10, 10), p); },
                                                                           {"RA",  "RA",     "-",      "k>EST",  "k>EST",  "k",      "k>FW2",  "k",      "i",      "i>TWT",  "i>CLD",  "i"}},
    {"data, outside the window", [](const Place& p) { return data(p.edge, 10).ack(p.nxt); },
                                                                           {"RA",  "RA",     "-",      "A",      "A",      "A",      "A",      "A",      "A",      "A",      "A",      "A"}},
    {"FIN, in order, ours not acknowledged", [](const Place& p) { return fin(p.rcv).ack(p.column == SSN || p.column == PAS || p.column == ACT ? 1 : p.una); },
                                                                           {"RA",  "RA",     "-",      "a>CLW",  "a>CLW",  "a>CLW",  "a>CLG",  "",       "i",      "i",      "i",      ""}},
    {"FIN, in order, acknowledges ours", [](const Place& p) { return fin(p.rcv).ack(2); },
                                                                           {"RA",  "RA",     "",       "",       "",       "",       "a>TWT",  "a>TWT",  "",       "",       "",       ""}},
    {"FIN, the peer's again", [](const Place& p) { return fin(1).ack(p.una); },
                                                                           {"RA",  "RA",     "",       "",       "",       "",       "",       "",       "A",      "A",      "A",      "A"}},
    {"no SYN, RST or ACK, in window", [](const Place& p) { return data(p.rcv, 10).no_ack(); },
                                                                           {"R0",  "-",      "-",      "-",      "-",      "-",      "-",      "-",      "-",      "-",      "-",      "-"}},
    {"no SYN, RST or ACK, outside the window", [](const Place& p) { return data(p.edge, 10).no_ack(); },
                                                                           {"R0",  "-",      "-",      "A",      "A",      "A",      "A",      "A",      "A",      "A",      "A",      "A"}},
}};
// clang-format on

}  // namespace

SCRIPT_TEST(
    "every kind of segment in every state [5.3] [U-12] [U-13] [U-14] [U-16] [U-17] [U-18] [D-1] [D-2] [D-10]",
    Worlds::all) {
    for (const Row& row : rows)
        for (int column = CLD; column <= TWT; ++column) play_cell(row, static_cast<Column>(column));
}

SCRIPT_TEST("a FIN above a hole waits for the hole to fill [5.3] [U-22]", Worlds::all) {
    for (const State state :
         {State::syn_received, State::established, State::fin_wait_1, State::fin_wait_2}) {
        Script t;
        t.in(state);
        const Pos nxt = t.flow().highest_sent;
        t.peer_sends(data(11, 10).fin().ack(nxt)).stack_sends(ack(1).seq(nxt));
        if (state == State::syn_received) t.app().accepts();
        t.app().reads_nothing();
        t.peer_sends(data(1, 10).ack(nxt)).stack_sends(ack(22).seq(nxt));
        t.app().reads(20).reads_end();
        t.state_is(state == State::syn_received || state == State::established ? State::close_wait
                                                                               : State::time_wait);
    }
}
