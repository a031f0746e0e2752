/* SPDX-License-Identifier: MIT */
/* Events that wait for a loop which does not run. */
#include "event/bus.h"

#include <glib.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static execz_event
about(uint64_t code, const char *task)
{
    return (execz_event){.size = sizeof(execz_event), .code = code, .task = task};
}

/* Events that were lost before the last one it heard of, and all of them. */
typedef struct mourner {
    uint64_t last, all, heard;
} mourner;

static void
mourn(void *user, const execz_event *event)
{
    mourner *self = user;

    self->last = event->lost;
    self->all += event->lost;
    self->heard++;
}

static void
count_lost(void *user, uint64_t n)
{
    *(uint64_t *)user += n;
}

Test(waiting, a_million_events_wait_unless_somebody_says_otherwise)
{
    ez_bus *bus = ez_bus_new();

    cr_expect(eq(u32, ez_bus_waiting_max(bus), EXECZ_EVENTS_WAITING_MAX));
    ez_bus_free(bus);
}

Test(waiting, without_a_loop_the_newest_event_stays_and_says_how_many_are_lost)
{
    ez_bus *bus = ez_bus_new();
    mourner of_all = {0}, of_errors = {0};
    uint64_t told = 0;
    execz_event event = about(EXECZ_EVENT_TASK_ADDED, "x");
    execz_event error = about(EXECZ_EVENT_TASK_ERROR, "y");

    ez_bus_watch(bus, &(ez_bus_watcher){.lost = count_lost, .user = &told, .waiting_max = 10});
    ez_bus_add(bus, EXECZ_EVENT_ALL, mourn, &of_all);
    ez_bus_add(bus, EXECZ_EVENT_TASK_ERROR, mourn, &of_errors);
    for (unsigned i = 0; i < 10 + 7; i++) {
        ez_bus_post(bus, &event);
    }
    ez_bus_flush(bus);
    cr_expect(all(eq(u64, of_all.heard, 10), eq(u64, of_all.last, 7)));
    cr_expect(all(eq(u64, of_all.all, 7), eq(u64, told, 7)));
    ez_bus_emit(bus, &error);
    cr_expect(eq(u64, of_all.last, 0));
    cr_expect(eq(u64, of_errors.last, 7), "who did not hear of that one is told with the next");
    ez_bus_free(bus);
}
