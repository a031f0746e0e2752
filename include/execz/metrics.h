/* SPDX-License-Identifier: MIT */
/**
 * execz/metrics.h -- the plugin ABI of what serves metrics, version 1.0: figures of a scheduler for a
 * monitoring system that fetches them.
 *
 * A server is a component of the kind EXECZ_KIND_METRICS in a plugin as <execz/plugin.h> describes it.
 * Programs open one with <execz/exporter.h>; only the plugins themselves include this header.
 *
 *     start ──► (render: whenever somebody fetches) ──► stop
 *
 * Layout, ownership and threads are as in <execz/plugin.h>.
 */
#ifndef EXECZ_METRICS_H
#define EXECZ_METRICS_H

#include <execz/component.h>

#ifdef __cplusplus
extern "C" {
#endif

#define EXECZ_KIND_METRICS "execz.metrics/1"

/** Hears a text of length bytes, once, within the call that it is given to. */
typedef void (*execz_metrics_text)(void *user, const char *text, uint64_t length);

/** Services for one server.  Owned by the host, valid from start() until stop() returns. */
typedef struct execz_metrics_host execz_metrics_host;
struct execz_metrics_host {
    uint32_t size;
    uint32_t abi;        /* what this host speaks */
    const char *name;    /* "execz" */
    const char *version; /* of the host, for people */
    void *self;          /* the host's own */

    /** As in execz_host.  [any-thread] */
    void (*log)(const execz_metrics_host *host, uint32_t level, const char *message);

    /** Calls text with all figures as they are now, in the text format 0.0.4 of Prometheus; may wait
     * some tenths of a second for the scheduler.  [any-thread] */
    void (*render)(const execz_metrics_host *host, execz_metrics_text text, void *user);
};

/** One server; the plugin's own. */
typedef struct execz_metrics_server execz_metrics_server;

/** The contract of the kind "execz.metrics/1".  Both functions are required. */
typedef struct execz_metrics_ops {
    uint32_t size;
    uint32_t flags; /* 0 */

    /**
     * Serves at address, "HOST:PORT" with the host as a number, IPv6 in brackets, on threads of its own,
     * which inherit a mask that blocks all signals.  On failure err says why and what to do, and nothing
     * is left behind.  [setup]
     */
    execz_status (*start)(const execz_metrics_host *host, const char *address,
                          execz_metrics_server **server_out, execz_error *err);

    /** Ends: when it returns the host is not called any more.  [setup] */
    void (*stop)(execz_metrics_server *self);
} execz_metrics_ops;

/** Defines the plugin of one server; OPS is a static const execz_metrics_ops. */
#define EXECZ_METRICS_PLUGIN(ID, ALIAS, VERSION, SUMMARY, OPS)                                     \
    EXECZ_COMPONENT_PLUGIN(EXECZ_KIND_METRICS, ID, ALIAS, VERSION, SUMMARY, OPS,                   \
                           EXECZ_COMPONENT_NO_OPTIONS)

/* On 64-bit machines: a build that would change the ABI does not compile. */
#if UINTPTR_MAX == UINT64_MAX
EXECZ_AT_(execz_metrics_host, size, 0);
EXECZ_AT_(execz_metrics_host, abi, 4);
EXECZ_AT_(execz_metrics_host, name, 8);
EXECZ_AT_(execz_metrics_host, version, 16);
EXECZ_AT_(execz_metrics_host, self, 24);
EXECZ_AT_(execz_metrics_host, log, 32);
EXECZ_AT_(execz_metrics_host, render, 40);
EXECZ_SIZE_(execz_metrics_host, 48);
EXECZ_AT_(execz_metrics_ops, size, 0);
EXECZ_AT_(execz_metrics_ops, flags, 4);
EXECZ_AT_(execz_metrics_ops, start, 8);
EXECZ_AT_(execz_metrics_ops, stop, 16);
EXECZ_SIZE_(execz_metrics_ops, 24);
#endif

#ifdef __cplusplus
}
#endif
#endif
