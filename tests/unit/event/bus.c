/* SPDX-License-Identifier: MIT */
#include "event/bus.h"

#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static char heard[256];

static void
hear(void *user, const execz_event *event)
{
    size_t length = strlen(heard);

    snprintf(heard + length, sizeof heard - length, "%s:%s ", (const char *)user,
             event->task == NULL ? execz_event_name(event->code) : event->task);
}

static execz_event
about(uint64_t code, const char *task)
{
    return (execz_event){.size = sizeof(execz_event), .code = code, .task = task};
}

Test(bus, listeners_hear_in_the_order_of_adding_what_their_mask_lets_through)
{
    ez_bus *bus = ez_bus_new();
    execz_event executed = about(EXECZ_EVENT_TASK_EXECUTED, NULL);
    execz_event error = about(EXECZ_EVENT_TASK_ERROR, NULL);

    ez_bus_add(bus, EXECZ_EVENT_ALL, hear, (void *)"a");
    ez_bus_add(bus, EXECZ_EVENT_TASK_ERROR, hear, (void *)"b");
    ez_bus_emit(bus, &executed);
    ez_bus_emit(bus, &error);
    cr_expect(eq(str, heard, (char *)"a:task_executed a:task_error b:task_error "));
    ez_bus_free(bus);
}

Test(bus, a_removed_listener_hears_nothing_more)
{
    ez_bus *bus = ez_bus_new();
    uint64_t id = ez_bus_add(bus, EXECZ_EVENT_ALL, hear, (void *)"a");
    execz_event event = about(EXECZ_EVENT_TASK_ERROR, NULL);

    cr_expect(ez_bus_wants(bus, EXECZ_EVENT_TASK_ERROR));
    cr_expect(ez_bus_remove(bus, id));
    cr_expect(not(ez_bus_remove(bus, id)));
    cr_expect(not(ez_bus_wants(bus, EXECZ_EVENT_TASK_ERROR)));
    ez_bus_emit(bus, &event);
    cr_expect(eq(str, heard, (char *)""));
    ez_bus_free(bus);
}

Test(bus, posted_events_keep_their_texts_and_come_first)
{
    ez_bus *bus = ez_bus_new();
    char id[] = "backup";
    execz_event posted = about(EXECZ_EVENT_TASK_ADDED, id);
    execz_event emitted = about(EXECZ_EVENT_TASK_ERROR, "later");

    ez_bus_add(bus, EXECZ_EVENT_ALL, hear, (void *)"a");
    ez_bus_post(bus, &posted);
    memset(id, '#', sizeof id - 1);
    cr_expect(eq(str, heard, (char *)""));
    ez_bus_emit(bus, &emitted);
    cr_expect(eq(str, heard, (char *)"a:backup a:later "));
    ez_bus_free(bus);
}

typedef struct meddler {
    ez_bus *bus;
    uint64_t victim;
} meddler;

static void
remove_victim(void *user, const execz_event *event)
{
    meddler *self = user;

    (void)event;
    ez_bus_remove(self->bus, self->victim);
    ez_bus_add(self->bus, EXECZ_EVENT_ALL, hear, (void *)"new");
}

Test(bus, a_listener_may_change_the_audience_while_it_hears)
{
    meddler self = {.bus = ez_bus_new()};
    execz_event event = about(EXECZ_EVENT_TASK_ERROR, "x");

    ez_bus_add(self.bus, EXECZ_EVENT_ALL, remove_victim, &self);
    self.victim = ez_bus_add(self.bus, EXECZ_EVENT_ALL, hear, (void *)"victim");
    ez_bus_emit(self.bus, &event);
    cr_expect(eq(str, heard, (char *)""), "neither the removed nor the new one hears this event");
    ez_bus_free(self.bus);
}
