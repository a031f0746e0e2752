/* SPDX-License-Identifier: MIT */
#include <execz/config.h>

#include "scheduler/modify.h"
#include "task/spec.h"

#include <string.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static execz_scheduler *scheduler;

static void
add(execz_task_spec *spec)
{
    execz_error err = EXECZ_ERROR_INIT;

    spec->id = "a";
    spec->trigger = "interval(hours=1)";
    cr_assert(execz_scheduler_add_task(scheduler, spec, &err) == EXECZ_OK, "%s", err.message);
}

static void
begin(void)
{
    execz_error err = EXECZ_ERROR_INIT;

    scheduler = execz_scheduler_new(NULL, &err);
    cr_assert(scheduler != NULL, "%s", err.message);
}

static void
end(void)
{
    execz_scheduler_free(scheduler);
}

TestSuite(update, .init = begin, .fini = end);

static execz_status
change(const execz_pair *changes, size_t n, execz_error *err)
{
    return execz_scheduler_update_task(scheduler, "a", changes, n, err);
}

#define CHANGE(...)                                                                                \
    change((execz_pair[]){__VA_ARGS__}, sizeof((execz_pair[]){__VA_ARGS__}) / sizeof(execz_pair),  \
           &err)

/* What the task is now; its texts live until it changes again. */
static execz_task_spec
now(void)
{
    execz_task_spec spec;
    ez_entry *entry = ez_index_find(&scheduler->tasks, "a");

    cr_assert(entry != NULL);
    ez_task_get_spec(ez_modify_newest_locked(scheduler, entry), &spec);
    return spec;
}

Test(update, what_is_not_named_stays)
{
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;
    execz_error err = EXECZ_ERROR_INIT;

    spec.shell = "exit 3";
    spec.name = "Exit";
    spec.priority = 5;
    spec.timeout = EXECZ_HOUR;
    add(&spec);
    cr_assert(CHANGE({"timeout", "30s"}, {"max_instances", "3"}) == EXECZ_OK, "%s", err.message);
    cr_expect(all(eq(i64, now().timeout, 30 * EXECZ_SECOND), eq(u32, now().max_instances, 3)));
    cr_expect(all(eq(str, (char *)now().name, (char *)"Exit"), eq(i32, now().priority, 5)));
    cr_expect(eq(str, (char *)now().trigger, (char *)"interval(hours=1)"));
    cr_expect(eq(str, (char *)now().argv[2], (char *)"exit 3"));
}

Test(update, a_schedule_is_given_in_each_way_a_file_knows)
{
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;
    execz_error err = EXECZ_ERROR_INIT;

    spec.shell = "true";
    add(&spec);
    cr_assert(CHANGE({"every", "10m"}) == EXECZ_OK, "%s", err.message);
    cr_expect(eq(str, (char *)now().trigger, (char *)"interval(seconds=600)"));
    cr_assert(CHANGE({"cron", "@daily"}, {"timezone", "Asia/Tokyo"}) == EXECZ_OK, "%s",
              err.message);
    cr_expect(eq(str, (char *)now().trigger, (char *)"crontab(\"@daily\")"));
    cr_expect(eq(str, (char *)now().timezone, (char *)"Asia/Tokyo"));
}

Test(update, another_body_takes_away_what_was_for_the_old_one)
{
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;
    execz_error err = EXECZ_ERROR_INIT;

    spec.function = "reports:daily";
    spec.args = "{\"a\": 1}";
    add(&spec);
    cr_assert(CHANGE({"command", "ls -l"}, {"env.A", "1"}) == EXECZ_OK, "%s", err.message);
    cr_expect(all(eq(ptr, (void *)now().function, NULL), eq(ptr, (void *)now().args, NULL)));
    cr_expect(all(eq(str, (char *)now().argv[1], (char *)"-l"),
                  eq(str, (char *)now().env[0], (char *)"A=1")));
    cr_assert(CHANGE({"function", "reports:weekly"}) == EXECZ_OK, "%s", err.message);
    cr_expect(all(eq(ptr, (void *)now().argv, NULL), eq(ptr, (void *)now().env, NULL)));
    cr_expect(eq(str, (char *)now().function, (char *)"reports:weekly"));
}

Test(update, variables_and_options_are_added_or_exchanged)
{
    static const char *const env[] = {"A=1", "AB=2", NULL};
    static const execz_pair options[] = {{"mode", "safe"}, {"size", "1"}};
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;
    execz_error err = EXECZ_ERROR_INIT;

    spec.shell = "true";
    spec.env = env;
    spec.options = options;
    spec.n_options = 2;
    add(&spec);
    cr_assert(CHANGE({"env.A", "3"}, {"env.C", "4"}, {"option.mode", "fast"}) == EXECZ_OK, "%s",
              err.message);
    cr_expect(eq(str, (char *)now().env[0], (char *)"AB=2"));
    cr_expect(eq(str, (char *)now().env[1], (char *)"A=3"));
    cr_expect(eq(str, (char *)now().env[2], (char *)"C=4"));
    cr_expect(eq(ptr, (void *)now().env[3], NULL));
    cr_expect(eq(u64, now().n_options, 2));
    cr_expect(eq(str, (char *)now().options[0].key, (char *)"size"));
    cr_expect(eq(str, (char *)now().options[1].value, (char *)"fast"));
}

Test(update, all_that_is_wrong_is_told_and_nothing_changes)
{
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;
    execz_error err = EXECZ_ERROR_INIT;

    spec.function = "reports:daily";
    add(&spec);
    cr_expect(eq(int,
                 CHANGE({"priority", "7"}, {"timeout", "soon"}, {"max_instance", "3"},
                        {"cwd", "/tmp"}, {"name", NULL}),
                 EXECZ_E_CONFIG));
    cr_expect(strstr(err.message, "task 'a' is not changed: ") == err.message, "%s", err.message);
    cr_expect(strstr(err.message,
                     "\nmax_instance: [task:a] has no key 'max_instance'; did you mean "
                     "\"max_instances\"?") != NULL,
              "%s", err.message);
    cr_expect(strstr(err.message, "\ntimeout: ") != NULL, "%s", err.message);
    cr_expect(strstr(err.message, "\ncwd: 'cwd' is for command and shell") != NULL, "%s",
              err.message);
    cr_expect(strstr(err.message, " name: the value is missing") != NULL, "%s", err.message);
    cr_expect(eq(i32, now().priority, 0));
}

Test(update, a_task_that_is_not_there_is_told)
{
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(int, CHANGE({"priority", "7"}), EXECZ_E_NOT_FOUND));
    cr_expect(eq(str, err.message, (char *)"there is no task 'a'"));
}

/* ---- adding, and only looking ---------------------------------------------------------------- */

static execz_status
add_pairs(const char *id, const execz_pair *pairs, size_t n, execz_error *err)
{
    return execz_scheduler_add_task_from_pairs(scheduler, id, pairs, n, err);
}

Test(update, a_task_is_added_as_a_file_would_spell_it)
{
    execz_error err = EXECZ_ERROR_INIT;
    const execz_pair pairs[] = {{"every", "10m"}, {"shell", "echo $HOME; true"}, {"timeout", "5s"}};

    cr_assert(add_pairs("a", pairs, 3, &err) == EXECZ_OK, "%s", err.message);
    cr_expect(eq(str, (char *)now().trigger, (char *)"interval(seconds=600)"));
    cr_expect(eq(str, (char *)now().argv[2], (char *)"echo $HOME; true"));
    cr_expect(eq(i64, now().timeout, 5 * EXECZ_SECOND));
    cr_expect(eq(i32, add_pairs("a", pairs, 3, &err), EXECZ_E_EXISTS));
}

Test(update, what_a_new_task_lacks_is_told_all_at_once)
{
    execz_error err = EXECZ_ERROR_INIT;
    const execz_pair pairs[] = {{"evry", "10m"}};

    cr_expect(eq(i32, add_pairs("a", pairs, 1, &err), EXECZ_E_CONFIG));
    cr_expect(strstr(err.message, "task 'a' is not added: ") != NULL, "%s", err.message);
    cr_expect(strstr(err.message, "did you mean \"every\"?") != NULL, "%s", err.message);
    cr_expect(strstr(err.message, "has nothing to run") != NULL, "%s", err.message);
}

static void
note_timeout(void *user, const execz_task_spec *spec)
{
    *(execz_duration *)user = spec->timeout;
}

Test(update, looking_at_a_change_tells_what_would_come_of_it_and_changes_nothing)
{
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;
    execz_error err = EXECZ_ERROR_INIT;
    const execz_pair changes[] = {{"timeout", "7s"}};
    const execz_pair wrong[] = {{"timeout", "soon"}};
    execz_duration timeout = 0;

    spec.shell = "true";
    add(&spec);
    cr_assert(execz_scheduler_check_task(scheduler, "a", changes, 1, note_timeout, &timeout,
                                         &err) == EXECZ_OK,
              "%s", err.message);
    cr_expect(eq(i64, timeout, 7 * EXECZ_SECOND));
    cr_expect(eq(i64, now().timeout, 0));
    cr_expect(eq(i32, execz_scheduler_check_task(scheduler, "a", wrong, 1, NULL, NULL, &err),
                 EXECZ_E_CONFIG));
}

Test(update, looking_at_a_new_task_adds_none)
{
    execz_error err = EXECZ_ERROR_INIT;
    const execz_pair pairs[] = {{"every", "10m"}, {"shell", "true"}, {"timeout", "5s"}};
    execz_scheduler_info info = {.size = sizeof info};
    execz_duration timeout = 0;

    cr_assert(execz_scheduler_check_task(scheduler, "new", pairs, 3, note_timeout, &timeout,
                                         &err) == EXECZ_OK,
              "%s", err.message);
    cr_expect(eq(i64, timeout, 5 * EXECZ_SECOND));
    execz_scheduler_get_info(scheduler, &info);
    cr_expect(eq(u64, info.tasks, 0));
}
