/* SPDX-License-Identifier: MIT */
#include "task/check.h"

#include "tasks.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* ---- ids ------------------------------------------------------------------------------------- */

static void
expect_id_refused(const char *id, execz_status status, const char *message)
{
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(not(ez_task_check_id("task id", id, &err)));
    cr_expect(eq(int, err.status, status));
    cr_expect(eq(str, err.message, (char *)message));
}

Test(check, an_id_is_made_of_letters_digits_and_four_signs)
{
    cr_expect(ez_task_check_id("task id", "Az09._-:", NULL));
}

Test(check, an_id_is_not_empty)
{
    expect_id_refused(NULL, EXECZ_E_INVAL, "the task id is empty");
    expect_id_refused("", EXECZ_E_INVAL, "the task id is empty");
}

Test(check, an_id_has_no_other_characters)
{
    expect_id_refused("a b", EXECZ_E_INVAL,
                      "the task id 'a b' has a character that is not allowed; "
                      "use letters, digits and . _ - :");
    cr_expect(not(ez_task_check_id("task id", "a/b", NULL)));
    cr_expect(not(ez_task_check_id("task id", "na\xc3\xafve", NULL)));
    cr_expect(not(ez_task_check_id("task id", "line\n", NULL)));
}

Test(check, an_id_may_be_as_long_as_the_limit)
{
    g_autofree char *id = g_strnfill(EXECZ_TASK_ID_MAX, 'a');

    cr_expect(ez_task_check_id("task id", id, NULL));
}

Test(check, a_longer_id_is_refused_with_both_lengths)
{
    g_autofree char *id = g_strnfill(EXECZ_TASK_ID_MAX + 1, 'a');

    expect_id_refused(id, EXECZ_E_LIMIT,
                      "the task id 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...' has 256 bytes; "
                      "the limit is 255");
}

Test(check, an_executor_alias_follows_the_same_rule)
{
    execz_task_spec spec = spec_of(EACH_MINUTE);

    spec.executor = "the pool";
    expect_refused(&spec, EXECZ_E_INVAL,
                   "task 'backup': the executor alias 'the pool' has a character that is not "
                   "allowed; use letters, digits and . _ - :");
}

Test(check, without_an_id_there_is_no_task)
{
    execz_task_spec spec = spec_of(EACH_MINUTE);

    spec.id = NULL;
    expect_refused(&spec, EXECZ_E_INVAL, "the task id is empty");
}

Test(check, without_a_trigger_there_is_no_task)
{
    execz_task_spec spec = spec_of(NULL);

    expect_refused(&spec, EXECZ_E_INVAL, "task 'backup' has no trigger");
}

/* ---- body ------------------------------------------------------------------------------------ */

Test(check, exactly_one_body_is_needed)
{
    execz_task_spec none = spec_of(EACH_MINUTE), two = spec_of(EACH_MINUTE);
    const char *message = "task 'backup' needs exactly one of function, command and shell";

    none.shell = NULL;
    expect_refused(&none, EXECZ_E_INVAL, message);
    two.function = "module:name";
    expect_refused(&two, EXECZ_E_INVAL, message);
}

Test(check, a_command_has_a_program)
{
    execz_task_spec spec = spec_of(EACH_MINUTE);
    const char *const nothing[] = {NULL};

    spec.shell = NULL;
    spec.argv = nothing;
    expect_refused(&spec, EXECZ_E_INVAL, "the command of task 'backup' is empty");
}

Test(check, a_function_has_a_module_and_a_name)
{
    const char *const wrong[] = {"name", ":name", "module:", ":"};

    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        execz_task_spec spec = spec_of(EACH_MINUTE);
        g_autofree char *message =
            g_strdup_printf("the function '%s' of task 'backup' is not MODULE:NAME", wrong[i]);

        spec.shell = NULL;
        spec.function = wrong[i];
        expect_refused(&spec, EXECZ_E_INVAL, message);
    }
}

Test(check, a_variable_of_the_environment_has_a_name)
{
    const char *const no_equals[] = {"A=1", "B", NULL};
    const char *const no_name[] = {"=1", NULL};
    execz_task_spec spec = spec_of(EACH_MINUTE);

    spec.env = no_equals;
    expect_refused(&spec, EXECZ_E_INVAL,
                   "'B' in the environment of task 'backup' is not NAME=value");
    spec.env = no_name;
    expect_refused(&spec, EXECZ_E_INVAL,
                   "'=1' in the environment of task 'backup' is not NAME=value");
}

/* ---- arguments ------------------------------------------------------------------------------- */

Test(check, arguments_are_json)
{
    execz_task_spec spec = spec_of(EACH_MINUTE);

    spec.args = "{\"to\": }";
    expect_refused(&spec, EXECZ_E_PARSE,
                   "the arguments of task 'backup' are not JSON: line 1 column 8: "
                   "unexpected token near '}'");
}

Test(check, arguments_are_an_object)
{
    execz_task_spec spec = spec_of(EACH_MINUTE);

    spec.args = "[1]";
    expect_refused(&spec, EXECZ_E_PARSE,
                   "the arguments of task 'backup' are not a JSON object; write {\"name\": value}");
}

Test(check, arguments_do_not_name_a_thing_twice)
{
    execz_task_spec spec = spec_of(EACH_MINUTE);

    spec.args = "{\"a\": 1, \"a\": 2}";
    expect_refused(&spec, EXECZ_E_PARSE,
                   "the arguments of task 'backup' are not JSON: line 1 column 12: "
                   "duplicate object key near '\"a\"'");
}

Test(check, arguments_have_a_limit)
{
    execz_task_spec spec = spec_of(EACH_MINUTE);
    void *args = NULL;

    /* In huge pages, if there are any: a fault for each small one takes seconds. */
    cr_assert(eq(int, posix_memalign(&args, 2 << 20, EXECZ_ARGS_LENGTH_MAX + 2), 0));
    (void)madvise(args, EXECZ_ARGS_LENGTH_MAX + 2, MADV_HUGEPAGE);
    memset(args, ' ', EXECZ_ARGS_LENGTH_MAX + 1);
    ((char *)args)[EXECZ_ARGS_LENGTH_MAX + 1] = '\0';
    spec.args = args;
    expect_refused(&spec, EXECZ_E_LIMIT,
                   "the arguments of task 'backup' are longer than 268435456 bytes");
    free(args);
}

/* ---- numbers --------------------------------------------------------------------------------- */

Test(check, max_instances_has_a_limit)
{
    execz_task_spec spec = spec_of(EACH_MINUTE);

    spec.max_instances = EXECZ_MAX_INSTANCES_MAX;
    ez_task_unref(make_task(&spec));
    spec.max_instances++;
    expect_refused(&spec, EXECZ_E_LIMIT,
                   "max_instances of task 'backup' is 1000001; the limit is 1000000");
}

Test(check, output_limit_has_a_limit)
{
    execz_task_spec spec = spec_of(EACH_MINUTE);

    spec.output_limit = EXECZ_OUTPUT_LIMIT_MAX;
    ez_task_unref(make_task(&spec));
    spec.output_limit++;
    expect_refused(&spec, EXECZ_E_LIMIT,
                   "output_limit of task 'backup' is 1073741825; the limit is 1073741824");
}

Test(check, a_timeout_is_not_negative)
{
    execz_task_spec spec = spec_of(EACH_MINUTE);

    spec.timeout = -1;
    expect_refused(&spec, EXECZ_E_INVAL, "the timeout of task 'backup' is negative; 0 means none");
}

Test(check, kill_grace_is_not_negative)
{
    execz_task_spec spec = spec_of(EACH_MINUTE);

    spec.kill_grace = -1;
    expect_refused(&spec, EXECZ_E_INVAL, "kill_grace of task 'backup' is negative");
}

Test(check, coalesce_is_one_of_three)
{
    execz_task_spec spec = spec_of(EACH_MINUTE);

    spec.coalesce = 3;
    expect_refused(&spec, EXECZ_E_INVAL,
                   "coalesce of task 'backup' is 3, which is none of EXECZ_COALESCE_*");
}

/* ---- overlap --------------------------------------------------------------------------------- */

Test(check, an_overlap_is_one_of_three)
{
    execz_task_spec spec = spec_of(EACH_MINUTE);

    spec.overlap = EXECZ_OVERLAP_REPLACE + 1;
    expect_refused(&spec, EXECZ_E_INVAL,
                   "overlap of task 'backup' is 4, which is none of EXECZ_OVERLAP_*");
}

Test(check, a_queue_has_a_limit)
{
    execz_task_spec spec = spec_of(EACH_MINUTE);

    spec.overlap = EXECZ_OVERLAP_QUEUE;
    spec.overlap_limit = EXECZ_OVERLAP_LIMIT_MAX + 1;
    expect_refused(&spec, EXECZ_E_LIMIT,
                   "overlap_limit of task 'backup' is 10001; the limit is 10000");
}

Test(check, only_a_queue_has_a_limit)
{
    execz_task_spec spec = spec_of(EACH_MINUTE);

    spec.overlap = EXECZ_OVERLAP_SKIP;
    spec.overlap_limit = 2;
    expect_refused(&spec, EXECZ_E_INVAL,
                   "overlap_limit of task 'backup' is set, which is for an overlap of "
                   "EXECZ_OVERLAP_QUEUE");
}
