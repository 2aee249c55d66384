#include "server/net/metrics_text.hpp"

#include <capnp/schema.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <utility>
#include <vector>

namespace daybook::net {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

// Collects the families one by one; numbers are doubles in Prometheus.
class Families {
 public:
  void begin(std::string name, std::string help, MetricType type) {
    all_.push_back({.name = std::move(name), .help = std::move(help), .type = type, .metric = {}});
  }

  template <typename Number>
  void value(Number number, Labels labels = {}) {
    auto& family = all_.back();
    ClientMetric metric;
    metric.label = std::move(labels);
    const auto shown = static_cast<double>(number);
    (family.type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = shown;
    family.metric.push_back(std::move(metric));
  }

  template <typename Number>
  void counter(std::string name, std::string help, Number number) {
    begin(std::move(name), std::move(help), MetricType::Counter);
    value(number);
  }

  template <typename Number>
  void gauge(std::string name, std::string help, Number number) {
    begin(std::move(name), std::move(help), MetricType::Gauge);
    value(number);
  }

  // `units`: how many of the histogram's make one of those shown.
  template <std::size_t N>
  void histogram(std::string name, std::string help, const engine::Histogram<N>& histogram,
                 double units) {
    begin(std::move(name), std::move(help), MetricType::Histogram);
    ClientMetric metric;
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < N; ++i) {
      total += histogram.count(i);
      metric.histogram.bucket.push_back(
          {.cumulative_count = total,
           .upper_bound = static_cast<double>(histogram.bounds()[i]) / units});
    }
    metric.histogram.sample_count = total + histogram.count(N);
    metric.histogram.sample_sum = static_cast<double>(histogram.sum()) / units;
    all_.back().metric.push_back(std::move(metric));
  }

  [[nodiscard]] std::string text() const { return prometheus::TextSerializer().Serialize(all_); }

 private:
  std::vector<MetricFamily> all_;
};

double seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

void add_commands(Families& families, const engine::Metrics& metrics) {
  families.begin("daybook_commands_total",
                 "Commands answered, by outcome; `rejected` by code, from its first on",
                 MetricType::Counter);
  families.value(metrics.accepted.value(), {{"outcome", "accepted"}});
  families.value(metrics.repeated.value(), {{"outcome", "repeated"}});
  families.value(metrics.unknown.value(), {{"outcome", "unknown"}});
  for (const auto enumerant : capnp::Schema::from<model::Code>().getEnumerants()) {
    const auto code = static_cast<model::Code>(enumerant.getOrdinal());
    const auto count = metrics.rejected.value(code);
    if (count == 0) continue;
    families.value(count, {{"outcome", "rejected"}, {"code", std::string(model::to_string(code))}});
  }
  families.histogram("daybook_group_commands", "Commands decided in one group",
                     metrics.group_commands, 1);
  families.histogram("daybook_commit_seconds", "Time that a commit took to become durable",
                     metrics.commit_nanoseconds, 1e9);
}

void add_engine(Families& families, const Figures& figures) {
  families.gauge("daybook_queue_commands", "Commands that wait to be decided",
                 figures.backlog.commands);
  families.gauge("daybook_projection_groups", "Committed groups not yet folded for readers",
                 figures.backlog.groups);
  families.gauge("daybook_projection_delay_seconds", "By how much readers are late",
                 seconds(figures.backlog.projection_delay));
  families.begin("daybook_loaded_projects", "Projects in memory", MetricType::Gauge);
  families.value(figures.metrics.sequencer_projects.value(), {{"for", "deciding"}});
  families.value(figures.metrics.projector_projects.value(), {{"for", "reading"}});
}

void add_log(Families& families, const Figures& figures) {
  families.gauge("daybook_log_position", "Position of the newest event", figures.position.value);
  families.gauge("daybook_log_used_bytes", "Bytes of the log's file up to its last page in use",
                 figures.log.used_bytes);
  families.gauge("daybook_log_file_bytes", "Size of the log's file, with what is allocated ahead",
                 figures.log.file_bytes);
  families.gauge("daybook_log_map_bytes", "The most that the log's file can become",
                 figures.log.map_bytes);
  families.gauge("daybook_log_readers", "Read transactions open now", figures.log.readers);
  families.gauge("daybook_log_oldest_reader_seconds",
                 "Age of the oldest read transaction; the file grows while one stays open",
                 seconds(figures.log.oldest_reader));
}

void add_ring(Families& families, const sync::Ring::Usage& ring) {
  families.gauge("daybook_ring_bytes", "Memory of the newest events, kept for subscribers",
                 ring.bytes);
  families.begin("daybook_event_reads_total",
                 "Reads of subscriptions, by where the events were: those from the log are dearer",
                 MetricType::Counter);
  families.value(ring.hits, {{"from", "ring"}});
  families.value(ring.misses, {{"from", "log"}});
}

void add_traffic(Families& families, const Traffic& traffic) {
  families.begin("daybook_connections", "Open connections", MetricType::Gauge);
  families.value(traffic.http_connections, {{"kind", "http"}});
  families.value(traffic.sync_connections, {{"kind", "sync"}});
  families.gauge("daybook_subscriptions", "Subscriptions of all connections",
                 traffic.subscriptions);
  families.gauge("daybook_slowest_subscription_events",
                 "Events that the slowest subscription is behind", traffic.slowest_lag);
  families.counter("daybook_sent_bytes_total",
                   "Bytes sent to clients, before encryption and WebSocket headers",
                   traffic.bytes_sent);
}

}  // namespace

std::string metrics_text(const Figures& figures) {
  Families families;
  families.begin("daybook_build_info", "Always 1; which build this is", MetricType::Gauge);
  families.value(1, {{"version", figures.version}});
  families.gauge("daybook_uptime_seconds", "Time since the server began", seconds(figures.uptime));
  families.gauge("daybook_ready", "1: /readyz answers 200", figures.ready ? 1 : 0);
  add_commands(families, figures.metrics);
  add_engine(families, figures);
  add_log(families, figures);
  add_ring(families, figures.ring);
  add_traffic(families, figures.traffic);
  return families.text();
}

}  // namespace daybook::net
