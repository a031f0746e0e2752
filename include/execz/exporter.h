/* SPDX-License-Identifier: MIT */
/**
 * execz/exporter.h -- figures of a scheduler over the network, by a plugin of the kind
 * "execz.metrics/1" (<execz/metrics.h>); the one that is used by default is http.
 */
#ifndef EXECZ_EXPORTER_H
#define EXECZ_EXPORTER_H

#include <execz/scheduler.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct execz_exporter execz_exporter;

/** The figures as they are now, in the text format of Prometheus, to be freed with free(); NULL if
 * there are none.  [any-thread], several at once */
typedef char *(*execz_exporter_function)(void *user);

/**
 * Serves what figures tells at address, until it is freed.
 *
 * @type     alias of the plugin, or the absolute path of its file; NULL: "http"
 * @address  "HOST:PORT" with the host as a number, e.g. "127.0.0.1:9464", "[::1]:9464"
 *
 * NULL with EXECZ_E_NOT_FOUND or EXECZ_E_PLUGIN if there is no such plugin, or it cannot be used, and
 * with what it says itself, e.g. because another program listens there.  [setup]
 */
EXECZ_API execz_exporter *execz_exporter_new(execz_scheduler *scheduler, const char *type,
                                             const char *address, execz_exporter_function figures,
                                             void *user, execz_error *err);

/** Ends it, before its scheduler is freed.  NULL is fine.  [setup] */
EXECZ_API void execz_exporter_free(execz_exporter *self);

#ifdef __cplusplus
}
#endif
#endif
