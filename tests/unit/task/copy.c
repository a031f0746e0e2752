/* SPDX-License-Identifier: MIT */
#include "task/copy.h"

#include <string.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static ez_task_views views;

/* What executors see of a copy, for as long as it takes. */
static ez_task *
open_copy(const execz_task *from)
{
    ez_task *task = ez_task_copy(from);

    ez_task_begin_run(task, &views);
    ez_task_unref(task); /* it is the run's */
    return task;
}

Test(copy, it_shows_what_the_other_shows_and_shares_nothing)
{
    char id[] = "a", name[] = "name", function[] = "m:f", word[] = "word", key[] = "k";
    const char *argv[] = {word, NULL};
    execz_pair option = {key, NULL};
    execz_task from = {.size = sizeof from,
                       .kind = EXECZ_TASK_FUNCTION,
                       .id = id,
                       .name = name,
                       .priority = -1,
                       .timeout = 5,
                       .function = function,
                       .argv = argv,
                       .args = "x\0y",
                       .args_length = 3,
                       .options = &option,
                       .n_options = 1};
    ez_task *task = open_copy(&from);
    const execz_task *seen = &task->view->abi;

    memset(id, 'z', 1);
    memset(name, 'z', 4);
    memset(function, 'z', 3);
    memset(word, 'z', 4);
    memset(key, 'z', 1);
    cr_expect(
        all(eq(str, (char *)seen->id, (char *)"a"), eq(str, (char *)seen->name, (char *)"name"),
            eq(str, (char *)seen->function, (char *)"m:f"),
            eq(str, (char *)seen->argv[0], (char *)"word"), eq(ptr, (void *)seen->argv[1], NULL),
            eq(str, (char *)seen->options[0].key, (char *)"k"),
            eq(ptr, (void *)seen->options[0].value, NULL)));
    cr_expect(all(eq(u32, seen->kind, EXECZ_TASK_FUNCTION), eq(i32, seen->priority, -1),
                  eq(i64, seen->timeout, 5), eq(u64, seen->args_length, 3),
                  eq(int, memcmp(seen->args, "x\0y", 4), 0)));
    ez_task_end_run(task, &views);
    ez_task_views_deinit(&views);
}

Test(copy, what_is_not_there_is_not_there)
{
    execz_task from = {.id = "a", .name = "a", .kind = EXECZ_TASK_PAYLOAD};
    ez_task *task = open_copy(&from);
    const execz_task *seen = &task->view->abi;

    cr_expect(all(eq(ptr, (void *)seen->argv, NULL), eq(ptr, (void *)seen->env, NULL),
                  eq(ptr, (void *)seen->args, NULL), eq(ptr, (void *)seen->options, NULL),
                  eq(ptr, (void *)seen->cwd, NULL), eq(ptr, (void *)ez_task_args(task), NULL)));
    ez_task_end_run(task, &views);
    ez_task_views_deinit(&views);
}
