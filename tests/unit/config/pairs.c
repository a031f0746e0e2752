/* SPDX-License-Identifier: MIT */
#include "config/pairs.h"

#include "scheduler/scheduler.h"
#include "task/spec.h"

#include <string.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static void
note(void *user, const execz_problem *problem)
{
    g_string_append_printf(user, "%s:%u: %s\n", problem->file == NULL ? "" : problem->file,
                           problem->line, problem->message);
}

static execz_scheduler *
make(const execz_pair *pairs, size_t n, const char *prefix, GString *problems, execz_error *err)
{
    static const char *const plugin_path[] = {EXECZ_TEST_CONFIG_PLUGIN_DIR, NULL};
    execz_scheduler_options options = EXECZ_SCHEDULER_OPTIONS_INIT;

    options.plugin_path = plugin_path;
    return execz_scheduler_new_from_pairs(&(execz_dictionary){pairs, n, prefix}, &options, note,
                                          problems, err);
}

Test(pairs, a_dictionary_becomes_a_scheduler)
{
    static const execz_pair pairs[] = {
        {"asyncz.executors.default.type", "good"},
        {"asyncz.executors.default.max_workers", "20"},
        {"asyncz.task_defaults.coalesce", "false"},
        {"asyncz.task_defaults.max_instances", "3"},
        {"asyncz.timezone", "Asia/Tokyo"},
        {"asyncz.tasks.a.every", "1h"},
        {"asyncz.tasks.a.shell", "true"},
        {"other.tasks.b.nonsense", "is somebody else's"},
    };
    GString *problems = g_string_new(NULL);
    execz_error err = EXECZ_ERROR_INIT;
    execz_scheduler *scheduler = make(pairs, G_N_ELEMENTS(pairs), "asyncz.", problems, &err);
    execz_task_spec spec;
    ez_entry *entry;

    cr_assert(scheduler != NULL, "%s%s", err.message, problems->str);
    cr_expect(eq(sz, scheduler->tasks.length, 1));
    cr_expect(eq(uint, g_hash_table_size(scheduler->places), 1));
    entry = ez_index_find(&scheduler->tasks, "a");
    ez_task_get_spec(entry->task, &spec);
    cr_expect(eq(str, (char *)spec.timezone, (char *)"Asia/Tokyo"));
    cr_expect(all(eq(u32, spec.max_instances, 3), eq(u32, spec.coalesce, EXECZ_COALESCE_NONE)));
    g_string_free(problems, TRUE);
    execz_scheduler_free(scheduler);
}

Test(pairs, all_problems_are_told_with_their_keys)
{
    static const execz_pair pairs[] = {
        {"executors.default.type", "good"},
        {"executors.default.max_worker", "20"},
        {"executor.other.type", "good"},
        {"executors.x", "good"},
        {"time_zone", "UTC"},
        {"task_defaults.max_instances", "many"},
        {"task_defaults.timeout", NULL},
    };
    GString *problems = g_string_new(NULL);
    execz_error err = EXECZ_ERROR_INIT;

    cr_assert(eq(ptr, make(pairs, G_N_ELEMENTS(pairs), NULL, problems, &err), NULL));
    cr_expect(eq(int, err.status, EXECZ_E_CONFIG));
    cr_expect(strstr(err.message, "the dictionary has 6 problems, first: ") == err.message, "%s",
              err.message);
    cr_expect(strstr(problems->str, "executors.default.max_worker:0: ") == problems->str, "%s",
              problems->str);
    cr_expect(strstr(problems->str, "\nexecutor.other.type:0: there are no keys 'executor.'; did "
                                    "you mean \"executors.\"?") != NULL,
              "%s", problems->str);
    cr_expect(strstr(problems->str, "\nexecutors.x:0: a dotted key has three parts") != NULL, "%s",
              problems->str);
    cr_expect(strstr(problems->str, "\ntime_zone:0: [scheduler] has no key 'time_zone'; did you "
                                    "mean \"timezone\"?") != NULL,
              "%s", problems->str);
    cr_expect(strstr(problems->str, "\ntask_defaults.max_instances:0: ") != NULL, "%s",
              problems->str);
    cr_expect(strstr(problems->str, "\ntask_defaults.timeout:0: the value is missing") != NULL,
              "%s", problems->str);
    g_string_free(problems, TRUE);
}

Test(pairs, of_two_with_one_key_the_last_one_holds)
{
    static const execz_pair pairs[] = {{"name", "first"}, {"name", "second"}};
    execz_error err = EXECZ_ERROR_INIT;
    execz_scheduler *scheduler = make(pairs, 2, "", NULL, &err);

    cr_assert(scheduler != NULL, "%s", err.message);
    cr_expect(eq(str, scheduler->name, (char *)"second"));
    execz_scheduler_free(scheduler);
}

Test(pairs, no_pairs_make_a_scheduler_of_defaults)
{
    execz_error err = EXECZ_ERROR_INIT;
    execz_scheduler *scheduler = make(NULL, 0, NULL, NULL, &err);

    cr_assert(scheduler != NULL, "%s", err.message);
    cr_expect(eq(uint, g_hash_table_size(scheduler->places), 0));
    execz_scheduler_free(scheduler);
}
