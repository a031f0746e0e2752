/* SPDX-License-Identifier: MIT */
/* What whoever looks after a scheduler does: find out what is wrong, mend it, change executors. */
#include "socket.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <jansson.h>
#include <signal.h>
#include <sqlite3.h>
#include <string.h>

#define POOL "[executor:default]\ntype = threadpool\n"
#define HOURLY POOL "[task:a]\nevery = 1h\nshell = echo ran\n"

/* Changes the database of the own state directory. */
static void
change_state(const char *sql)
{
    sqlite3 *db = NULL;

    cr_assert(eq(int, sqlite3_open(own_path("state/execz.db"), &db), SQLITE_OK));
    sqlite3_busy_timeout(db, 60000);
    cr_assert(eq(int, sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK), "%s",
              sqlite3_errmsg(db));
    sqlite3_close(db);
}

static live
start_empty(void)
{
    live execz = start_execz("start", NULL);

    await(&execz, "execz: listening at ");
    return execz;
}

/* ---- the doctor ----------------------------------------------------------------------------- */

Test(operator, a_record_that_cannot_be_read_is_found_kept_and_restored_once_it_can)
{
    live execz = start_empty();
    ended result;

    cr_expect(eq(int, run_execz("add", "x", "every=1h", "shell=true", NULL).status, 0));
    end_listening(&execz);
    change_state("UPDATE task SET record = replace(record, '\"v\":1', '\"v\":9')");
    execz = start_empty();
    result = run_execz("doctor", NULL);
    cr_expect(eq(int, result.status, 1));
    expect_in(result.out, "- task 'x' is in quarantine, for its record cannot be read: it is of "
                          "version 9");
    expect_in(result.out, "\n  mend: see to what it says, then execz doctor --retry");
    result = run_execz("doctor", "--retry", NULL);
    expect_in(result.err, "the record of task 'x' cannot be read still: it is of version 9");
    expect_in(result.out, "- task 'x' is in quarantine");
    change_state("UPDATE quarantine SET record = replace(record, '\"v\":9', '\"v\":1')");
    result = run_execz("doctor", "--retry", NULL);
    expect_in(result.err, "execz: task 'x' is out of quarantine\n");
    expect_not_in(result.out, "quarantine");
    expect_in(run_execz("list", NULL).out, "x     scheduled ");
    end_listening(&execz);
}

Test(operator, without_a_scheduler_the_doctor_looks_at_configuration_and_store)
{
    live execz = start_empty();
    ended result;

    cr_expect(eq(int, run_execz("add", "x", "every=1h", "shell=true", NULL).status, 0));
    end_listening(&execz);
    result = run_execz("doctor", NULL);
    cr_expect(eq(int, result.status, 4));
    cr_expect(eq(str, result.out, (char *)"nothing is wrong\n"), "%s", result.out);
    own_file("tasks.conf", POOL "[task:a]\nevry = 1h\nshell = true\n");
    result = run_execz("doctor", "-c", "tasks.conf", NULL);
    cr_expect(eq(int, result.status, 4));
    expect_in(result.out, "has no key 'evry'; did you mean");
    expect_in(result.out, "\n  mend: change it; execz check tasks.conf ");
    change_state("INSERT INTO quarantine VALUES ('y', '{}', 0, 'it is odd', 0)");
    expect_in(run_execz("doctor", NULL).out, "- task 'y' is in quarantine, for its record cannot "
                                             "be read: it is odd\n");
    own_file("state/execz.db", "this is no database, and it is long enough to be looked at as one: "
                               "a header has a hundred bytes\n");
    expect_in(run_execz("doctor", NULL).out, "file is not a database");
}

/* ---- the past ------------------------------------------------------------------------------- */

Test(operator, how_a_task_went_last_is_known_after_a_restart)
{
    live execz = start_listening(POOL "[task:a]\nevery = 1h\nshell = exit 3\n"
                                      "[task:b]\nevery = 1h\nshell = true\n");
    ended result;

    cr_expect(eq(int, run_execz("run", "a", "--wait", NULL).status, 1));
    cr_expect(eq(int, run_execz("run", "b", "--wait", NULL).status, 0));
    end_listening(&execz);
    execz = start_execz("start", "-c", "tasks.conf", NULL);
    await(&execz, "execz: listening at ");
    result = run_execz("list", NULL);
    cr_expect(line_with(result.out, "a     scheduled ", "  error ") != NULL, "%s", result.out);
    cr_expect(line_with(result.out, "a     scheduled ", "  E ") != NULL, "%s", result.out);
    cr_expect(line_with(result.out, "b     scheduled ", "  ok ") != NULL, "%s", result.out);
    cr_expect(eq(int, run_execz("run", "a", "--wait", NULL).status, 1));
    result = run_execz("list", NULL);
    cr_expect(line_with(result.out, "a     scheduled ", "  EE ") != NULL, "%s", result.out);
    expect_in(run_execz("inspect", "b", "--json", NULL).out, "\"last_outcome\": \"ok\"");
    end_listening(&execz);
}

/* ---- names of runs -------------------------------------------------------------------------- */

Test(operator, a_run_is_named_by_its_task_or_by_the_end_of_its_number)
{
    live execz = start_listening(POOL "[task:a]\nevery = 1h\nshell = echo $EXECZ_SCHEDULED\n");
    char *last, *before, *digits;
    json_t *record;
    g_autofree char *number = NULL;

    cr_expect(eq(int, run_execz("run", "a", "--wait", NULL).status, 0));
    before = run_execz("logs", "a", NULL).out;
    cr_expect(eq(int, run_execz("run", "a", "--wait", NULL).status, 0));
    last = run_execz("logs", "a", NULL).out;
    cr_expect(ne(str, last, before));
    cr_expect(eq(str, run_execz("logs", "a#-1", NULL).out, last));
    cr_expect(eq(str, run_execz("logs", "a#-2", NULL).out, before));
    cr_expect(eq(int, run_execz("logs", "a#-3", NULL).status, 5));
    record = json_loads(run_execz("logs", "a", "--json", NULL).out, 0, NULL);
    number =
        g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(json_object_get(record, "id")));
    json_decref(record);
    digits = keep_text(number + strlen(number) - 7);
    cr_expect(eq(str, run_execz("logs", digits, NULL).out, last));
    cr_expect(eq(int, run_execz("logs", digits, "-f", NULL).status, 2));
    expect_in(run_execz("complete", "runs", NULL).out, number);
    end_listening(&execz);
}

/* ---- reload --------------------------------------------------------------------------------- */

Test(operator, a_reload_replaces_executors_and_names_what_needs_a_restart)
{
    live execz = start_listening("[executor:old]\ntype = debug\n" HOURLY);
    ended result;

    own_file("tasks.conf",
             "[scheduler]\ntimezone = Asia/Tokyo\n[executor:new]\ntype = debug\n"
             "[executor:default]\ntype = threadpool\nmax_workers = 3\n"
             "[task:a]\nevery = 1h\nshell = echo ran\ntimezone = UTC\nexecutor = new\n"
             "[task:b]\nevery = 1h\nshell = echo ran\ntimezone = UTC\n");
    result = run_execz("reload", "--dry-run", NULL);
    expect_in(result.out, "executor default\nexecutor new\nexecutor old\n"
                          "takes effect at the next start: [scheduler] timezone\n");
    expect_not_in(run_execz("status", NULL).out, "\nnew ");
    result = run_execz("reload", NULL);
    cr_expect(eq(int, result.status, 0), "%s", result.err);
    expect_in(result.out, "executor default\nexecutor new\nexecutor old\n");
    await(&execz, "  removed");
    cr_expect(eq(int, run_execz("run", "a", "--wait", NULL).status, 0));
    cr_expect(eq(int, run_execz("run", "b", "--wait", NULL).status, 0));
    result = run_execz("metrics", NULL);
    expect_in(result.out, "\nexecz_executor_up{executor=\"new\"} 1\n");
    expect_not_in(result.out, "executor=\"old\"");
    result = run_execz("reload", NULL); /* it is named until it is in use */
    cr_expect(eq(str, result.out,
                 (char *)"takes effect at the next start: [scheduler] timezone\n"
                         "as before: 2\n"));
    end_listening(&execz);
}

Test(operator, runs_of_an_executor_that_is_replaced_go_on_to_their_end)
{
    live execz = start_listening(POOL "[task:a]\nevery = 1h\n"
                                      "shell = while [ ! -e go ]; do sleep 0.05; done\n");

    cr_expect(eq(int, run_execz("run", "a", NULL).status, 0));
    await(&execz, "STARTED        a ");
    own_file("tasks.conf", "[executor:default]\ntype = threadpool\nmax_workers = 2\n"
                           "[task:a]\nevery = 1h\n"
                           "shell = while [ ! -e go ]; do sleep 0.05; done\n"
                           "[task:b]\nevery = 1h\nshell = true\n");
    expect_in(run_execz("reload", NULL).out, "executor default\n");
    cr_expect(eq(int, run_execz("run", "b", "--wait", NULL).status, 0));
    own_file("go", "");
    await(&execz, "EXECUTED       a ");
    end_listening(&execz);
}
