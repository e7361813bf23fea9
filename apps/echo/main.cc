// sluice-echo: sends back what it receives (RFC 862). The smallest complete server on the in-loop face.
#include "apps/common/program.h"
#include "apps/common/service.h"

int main(int argc, char** argv) {
    using namespace sluice;
    CLI::App app("Echoes TCP on the Sluice stack");
    std::uint64_t port = 7;
    common::add_number(app, "--listen", port, 1, 65535, "port (default 7)");
    return common::run_program(app, argc, argv, [&](common::Program& program) {
        const common::Service echo(common::must_listen(program, static_cast<std::uint16_t>(port)),
                                   common::echo_back);
        return program.run();
    });
}
