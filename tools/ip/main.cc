// sluice-ip [-s] [--control PATH] OBJECT [COMMAND]: links, addresses, neighbours and routes of a running program's stack, with
// the words of iproute2.
#include <fmt/format.h>

#include "apps/common/control/client.h"
#include "apps/common/program.h"
#include "tools/ip/commands.h"

int main(int argc, char** argv) {
    using namespace sluice;
    CLI::App app(
        "Shows and changes links, addresses, neighbours and routes of a running program\n\n"
        "  link [show]                          link set [dev LINK] mtu N\n"
        "  addr [show]                          addr add|set A/P [dev LINK]      addr del A\n"
        "  neigh [show]                         neigh del A\n"
        "  route [show]                         route get A\n"
        "  route add A/P [via A] [dev LINK] [metric N]                          route del A/P\n");
    std::string control = common::usual_control;
    std::vector<std::string> words;
    ip::Choice choice;
    app.add_option("--control", control, "the program's control socket (default /run/sluice.control)")
        ->envname("SLUICE_CONTROL")
        ->type_name("PATH");
    app.add_flag("-s,--statistics", choice.statistics, "with what was received and sent");
    app.add_option("words", words, "link, addr, neigh or route, and what to do with it")
        ->required()
        ->type_name("");
    return common::run_tool(app, argc, argv, [&] {
        const ip::Command command = ip::read_words(words);
        common::ControlClient program(control);
        fmt::print("{}", ip::run(command, program, choice));
        return 0;
    });
}
