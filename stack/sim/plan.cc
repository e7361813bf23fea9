#include "sim/plan.h"

namespace sluice::sim {
namespace {

Plug plug(Node& node, const std::string& address) {
    return address.empty() ? Plug(node) : Plug(node, address);
}

}  // namespace

void build(World& world, const Plan& plan) {
    std::vector<Node*> nodes;
    std::vector<Host*> hosts;  // nullptr for others
    for (const Plan::Node& node : plan.nodes) {
        hosts.push_back(nullptr);
        if (node.kind == Plan::Kind::host)
            nodes.push_back(hosts.back() = &world.add_host(node.name, node.address, node.options));
        else if (node.kind == Plan::Kind::router)
            nodes.push_back(&world.add_router(node.name));
        else
            nodes.push_back(&world.add_switch(node.name));
    }
    std::vector<Link*> links;
    for (const Plan::Cable& cable : plan.cables)
        links.push_back(&world.connect(plug(*nodes[cable.a], cable.address_a),
                                       plug(*nodes[cable.b], cable.address_b), cable.options));
    for (std::size_t i = 0; i < hosts.size(); ++i)
        if (const auto& gateway = plan.nodes[i].gateway) hosts[i]->stack().add_default_route(*gateway);
    for (const Plan::Cut& cut : plan.cuts) {
        Link* link = links[cut.cable];
        world.after(cut.at, [link] { link->cut(); });
        world.after(cut.at + cut.length, [link] { link->heal(); });
    }
    for (const Plan::Talk& talk : plan.talks) {
        if (talk.crosses) {
            start_crossing(world, *hosts[talk.client], *hosts[talk.server], talk.what);
            continue;
        }
        start_server(world, *hosts[talk.server], talk.what);
        start_client(world, *hosts[talk.client], *hosts[talk.server], talk.what);
    }
    for (const Plan::Datagrams& datagrams : plan.datagrams)
        start_datagrams(world, *hosts[datagrams.client], *hosts[datagrams.server], datagrams.what);
}

}  // namespace sluice::sim
