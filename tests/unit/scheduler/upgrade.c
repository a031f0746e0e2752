/* SPDX-License-Identifier: MIT */
#include "scheduler/upgrade.h"

#include "generations.h"

#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static const char *
sum_of(generations *self)
{
    return ez_executor_sum(ez_scheduler_find_place(self->scheduler, "default")->executor);
}

Test(upgrade, the_alias_gets_the_new_generation)
{
    generations *self = generations_new("generation_1");
    g_autofree char *before = g_strdup(sum_of(self));

    generations_install(self, "generation_2");
    generations_await(self, "executor upgraded executor=default");
    cr_expect(ne(str, (char *)sum_of(self), before));
    generations_await(self, "executor replaced executor=default: 0 runs go on");
    generations_free(self);
}

Test(upgrade, one_that_does_not_start_leaves_the_old_one)
{
    generations *self = generations_new("generation_1");
    g_autofree char *before = g_strdup(sum_of(self));

    generations_install(self, "generation_refuses");
    generations_await(self, "executor 'default' is not upgraded");
    cr_expect(eq(str, (char *)sum_of(self), before));
    generations_free(self);
}

Test(upgrade, one_that_failed_its_probe_is_not_loaded_later_either)
{
    generations *self = generations_new("generation_1");
    g_autofree char *before = g_strdup(sum_of(self));
    g_autofree char *other = g_build_filename(self->directory, "other.so", NULL);

    generations_install(self, "generation_crash");
    generations_await(self, "plugin refused plugin=generation");
    cr_assert(g_file_set_contents(other, "x", 1, NULL)); /* news of something else */
    generations_await(self, "plugin refused plugin=other");
    cr_expect(eq(str, (char *)sum_of(self), before));
    (void)remove(other);
    generations_free(self);
}

Test(upgrade, one_that_is_gone_makes_its_executor_unavailable_and_is_taken_when_it_is_back)
{
    generations *self = generations_new("generation_1");
    const char *reason = NULL;

    generations_install(self, NULL);
    generations_await(self, "executor 'default' has lost its plugin");
    cr_expect(not(ez_executor_is_available(
        ez_scheduler_find_place(self->scheduler, "default")->executor, &reason)));
    cr_expect(ne(ptr, strstr(reason, "P101"), NULL), "%s", reason);
    generations_install(self, "generation_1");
    generations_await(self, "executor upgraded executor=default");
    generations_free(self);
}

/* The alias of half a file is not known, and its name is another. */
Test(upgrade, half_a_file_takes_nothing_away_whatever_its_name)
{
    generations *self = generations_new("generation_1");
    g_autofree char *place = g_build_filename(self->directory, "generation.so", NULL);
    g_autofree char *other = g_build_filename(self->directory, "other.so", NULL);
    const char *reason;
    size_t before;

    cr_assert(rename(place, other) == 0); /* who lists the directory just now may see neither */
    generations_await(self, "executor upgraded executor=default");
    before = self->log->len;
    cr_assert(g_file_set_contents(other, "\177ELF", 4, NULL));
    generations_await(self, "plugin refused plugin=other");
    cr_expect(ez_executor_is_available(
        ez_scheduler_find_place(self->scheduler, "default")->executor, &reason));
    cr_expect(eq(ptr, strstr(self->log->str + before, "has lost its plugin"), NULL), "%s",
              self->log->str);
    (void)remove(other);
    generations_free(self);
}

Test(upgrade, a_second_file_with_the_alias_is_told)
{
    generations *self = generations_new("generation_1");
    g_autofree char *place = g_build_filename(self->directory, "generation.so", NULL);
    g_autofree char *other = g_build_filename(self->directory, "other.so", NULL);

    generations_install(self, "generation_2");
    generations_await(self, "executor upgraded executor=default");
    cr_assert(rename(place, other) == 0);
    generations_install(self, "generation_1");
    generations_await(self, "executor 'default' stays as it is, and could not be started again: "
                            "the alias 'generation' has two plugins");
    (void)remove(other);
    generations_free(self);
}

static void
count_removed(void *user, const execz_event *event)
{
    (void)event;
    ++*(unsigned *)user;
}

Test(upgrade, what_never_was_a_plugin_is_not_told_as_removed)
{
    generations *self = generations_new("generation_1");
    g_autofree char *other = g_build_filename(self->directory, "other.so", NULL);
    unsigned n_removed = 0;

    (void)execz_scheduler_add_listener(self->scheduler, EXECZ_EVENT_PLUGIN_REMOVED, count_removed,
                                       &n_removed);
    cr_assert(g_file_set_contents(other, "x", 1, NULL));
    generations_await(self, "plugin refused plugin=other");
    cr_assert(remove(other) == 0);
    generations_await(self, "plugin removed plugin=other");
    cr_expect(eq(uint, n_removed, 0));
    generations_install(self, NULL);
    generations_await(self, "plugin removed plugin=generation");
    cr_expect(eq(uint, n_removed, 1));
    generations_free(self);
}

/* Its start takes as long as that of a process, which the loop does not wait for. */
Test(upgrade, an_isolated_one_is_switched_once_it_is_ready)
{
    static const execz_pair apart = {"isolation", "process"};
    generations *self = generations_new("generation_1");
    execz_error err = EXECZ_ERROR_INIT;
    g_autofree char *before = NULL;

    cr_assert(
        eq(int,
           execz_scheduler_add_executor(self->scheduler, "apart", "generation", &apart, 1, &err),
           EXECZ_OK),
        "%s", err.message);
    generations_await(self, "executor=apart its plugin host is ready");
    generations_install(self, "generation_2");
    generations_await(self, "executor upgraded executor=apart");
    before = g_strdup(ez_executor_sum(ez_scheduler_find_place(self->scheduler, "apart")->executor));
    generations_install(self, "generation_refuses");
    generations_await(self, "executor 'apart' is not upgraded: ");
    cr_expect(eq(
        str, (char *)ez_executor_sum(ez_scheduler_find_place(self->scheduler, "apart")->executor),
        before));
    generations_free(self);
}
