/* SPDX-License-Identifier: MIT */
/** execz/execz.h -- everything a program that embeds execz needs. */
#ifndef EXECZ_EXECZ_H
#define EXECZ_EXECZ_H

#include <execz/catalog.h>
#include <execz/config.h>
#include <execz/event.h>
#include <execz/event_queue.h>
#include <execz/exporter.h>
#include <execz/history.h>
#include <execz/query.h>
#include <execz/scheduler.h>
#include <execz/state.h>
#include <execz/task.h>
#include <execz/trigger.h>
#include <execz/worker.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The version of the library in use, e.g. "0.1.0"; EXECZ_VERSION is that of the headers. */
EXECZ_API const char *execz_version(void);

#ifdef __cplusplus
}
#endif
#endif
