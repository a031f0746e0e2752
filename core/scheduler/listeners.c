/* SPDX-License-Identifier: MIT */
#include "scheduler/listeners.h"

#include "base/error.h"
#include "base/parse.h"
#include "event/queue.h"

#include <dlfcn.h>

/* Where a function is, as well as the system's loader can tell: "print_table in ./program", or its
 * offset in the file, which addr2line understands.  Caller frees. */
static char *
name_of(execz_listener function)
{
    union { /* ISO C knows no way from a function to an object */
        execz_listener function;
        const char *address;
    } at = {function};
    Dl_info found;

    if (dladdr(at.address, &found) == 0) {
        return g_strdup_printf("at %p", (const void *)at.address);
    }
    if (found.dli_sname != NULL && found.dli_saddr == at.address) {
        return g_strdup_printf("%s in %s", found.dli_sname, found.dli_fname);
    }
    return g_strdup_printf("%s+0x%zx", found.dli_fname,
                           (size_t)(at.address - (const char *)found.dli_fbase));
}

static void
warn(void *user, const ez_slow_call *call)
{
    execz_scheduler *self = user;
    g_autofree char *name = name_of(call->function);
    g_autofree char *took = ez_format_duration(call->took);
    g_autofree char *before =
        call->untold == 0
            ? NULL
            : g_strdup_printf(", and was slow %" G_GUINT64_FORMAT " more times before",
                              call->untold);

    ez_log_write(&self->log, EXECZ_LOG_WARNING,
                 "listener %" G_GUINT64_FORMAT " (%s) took %s for %s%s: the loop waited for it; "
                 "let it return at once, or read an event queue on a thread of its own",
                 call->listener, name, took, execz_event_name(call->code),
                 before == NULL ? "" : before);
}

static void
warn_lost(void *user, uint64_t n)
{
    execz_scheduler *self = user;

    ez_log_write(&self->log, EXECZ_LOG_WARNING,
                 "%" G_GUINT64_FORMAT " events were lost: %u were waiting for the loop, the most "
                 "there may be; run it, or call dispatch more often",
                 n, EXECZ_EVENTS_WAITING_MAX);
}

void
ez_listeners_watch(execz_scheduler *self)
{
    ez_bus_watch(self->bus, &(ez_bus_watcher){.slow = warn,
                                              .slow_limit = EXECZ_SLOW_LISTENER,
                                              .lost = warn_lost,
                                              .user = self});
}

uint64_t
execz_scheduler_add_listener(execz_scheduler *self, uint64_t mask, execz_listener listener,
                             void *user)
{
    return listener == NULL ? 0 : ez_bus_add(self->bus, mask, listener, user);
}

execz_status
execz_scheduler_remove_listener(execz_scheduler *self, uint64_t id, execz_error *err)
{
    if (!ez_bus_remove(self->bus, id)) {
        return ez_fail(err, EXECZ_E_NOT_FOUND, "there is no listener %" G_GUINT64_FORMAT, id);
    }
    return EXECZ_OK;
}

execz_event_queue *
execz_event_queue_new(execz_scheduler *scheduler, uint64_t mask, uint32_t capacity,
                      execz_error *err)
{
    return ez_event_queue_new(scheduler->bus, mask, capacity, err);
}
