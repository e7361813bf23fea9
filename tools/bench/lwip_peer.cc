// The services of sluice-perf (echo on 7, discard on 9, zeros without end on 19) on lwIP, by its raw interface, as Debian
// packages it: the other userspace stack of the comparison.
//
//   PRECONFIGURED_TAPIF=NAME lwip_peer ADDRESS
extern "C" {  // some of its headers do not say so themselves
#include <lwip/netif.h>
#include <lwip/tcp.h>
#include <lwip/tcpip.h>
#include <netif/tapif.h>
}
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>

namespace {

std::array<char, 65536> zeros;

void leave(tcp_pcb* connection) {
    tcp_arg(connection, nullptr);
    tcp_recv(connection, nullptr);
    tcp_sent(connection, nullptr);
    tcp_close(connection);
}

err_t discard(void*, tcp_pcb* connection, pbuf* data, err_t) {
    if (!data) return leave(connection), err_t{ERR_OK};
    tcp_recved(connection, data->tot_len);
    pbuf_free(data);
    return ERR_OK;
}

// What does not fit the send buffer is not taken: lwIP offers it again.
err_t echo(void*, tcp_pcb* connection, pbuf* data, err_t) {
    if (!data) return leave(connection), err_t{ERR_OK};
    if (tcp_sndbuf(connection) < data->tot_len) return ERR_MEM;
    for (const pbuf* piece = data; piece; piece = piece->next)
        tcp_write(connection, piece->payload, piece->len, TCP_WRITE_FLAG_COPY);
    tcp_output(connection);
    return discard(nullptr, connection, data, ERR_OK);
}

err_t generate(void*, tcp_pcb* connection, u16_t) {
    while (const auto room = std::min<std::size_t>(tcp_sndbuf(connection), zeros.size()))
        if (tcp_write(connection, zeros.data(), static_cast<u16_t>(std::min<std::size_t>(room, 0xffff)), 0) !=
            ERR_OK)
            break;
    return tcp_output(connection);
}

template <tcp_recv_fn on_data, bool generates>
void listen_on(u16_t port) {
    tcp_pcb* listener = tcp_new();
    tcp_bind(listener, IP_ADDR_ANY, port);
    listener = tcp_listen_with_backlog(listener, 255);
    tcp_accept(listener, [](void*, tcp_pcb* connection, err_t) {
        tcp_nagle_disable(connection);
        tcp_recv(connection, on_data);
        if (!generates) return err_t{ERR_OK};
        tcp_sent(connection, generate);
        return generate(nullptr, connection, 0);
    });
}

}  // namespace

int main(int argc, char** argv) {
    ip4_addr_t address{};
    ip4_addr_t mask{};
    if (argc != 2 || !ip4addr_aton(argv[1], &address)) {
        std::fputs("lwip_peer: give it its address\n", stderr);
        return 2;
    }
    ip4addr_aton("255.255.255.0", &mask);
    static netif interface;
    tcpip_init(nullptr, nullptr);
    LOCK_TCPIP_CORE();
    netif_add(&interface, &address, &mask, &address, nullptr, tapif_init, tcpip_input);
    netif_set_default(&interface);
    netif_set_up(&interface);
    netif_set_link_up(&interface);
    listen_on<echo, false>(7);
    listen_on<discard, false>(9);
    listen_on<discard, true>(19);
    UNLOCK_TCPIP_CORE();
    pause();
    return 0;
}
