/* SPDX-License-Identifier: MIT */
/* The commands that change what tasks are, and those that tell how runs have ended. */
#include "socket.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define POOL "[executor:default]\ntype = threadpool\n"
#define HOURLY POOL "[task:a]\nevery = 1h\nshell = echo ran\n"

/* ---- add and update ------------------------------------------------------------------------- */

Test(edits, a_first_task_is_added_to_an_empty_scheduler_and_it_is_told_what_comes_next)
{
    live execz = start_execz("start", NULL);
    ended result;

    await(&execz, "execz: listening at ");
    result = run_execz("add", "hello", "every=1h", "shell=echo hello", NULL);
    cr_expect(eq(int, result.status, 0), "%s", result.err);
    expect_in(result.out, "task 'hello' is added; next: ");
    expect_in(result.out, "execz history hello");
    cr_expect(eq(int, run_execz("run", "hello", NULL).status, 0));
    await(&execz, "EXECUTED       hello ");
    expect_in(run_execz("logs", "hello", NULL).out, ": ok\nhello\n");
    end_listening(&execz);
}

Test(edits, what_is_wrong_with_a_new_task_is_told_and_it_is_not_added)
{
    live execz = start_listening(HOURLY);
    ended result = run_execz("add", "b", "evry=1h", NULL);

    cr_expect(eq(int, result.status, 3));
    expect_in(result.err, "did you mean \"every\"?");
    cr_expect(eq(int, run_execz("add", "a", "every=1h", "shell=true", NULL).status, 7));
    cr_expect(eq(int, run_execz("add", "b", "every", NULL).status, 2));
    expect_in(run_execz("add", "b", "every=1h", "shell=true", "-n", NULL).out, "would be added");
    expect_in(run_execz("list", NULL).out, "\n1 task\n");
    end_listening(&execz);
}

Test(edits, an_update_changes_what_it_names_and_nothing_else)
{
    live execz = start_listening(HOURLY);
    ended result = run_execz("update", "a", "timeout=5s", NULL);

    expect_in(result.out, "task 'a' is changed; next: ");
    result = run_execz("inspect", "a", NULL);
    expect_in(result.out, "  timeout            5\n");
    expect_in(result.out, "  command            /bin/sh -c 'echo ran'\n");
    cr_expect(eq(int, run_execz("update", "nope", "timeout=5s", NULL).status, 5));
    end_listening(&execz);
}

Test(edits, to_config_writes_a_file_of_its_own_and_a_wrong_one_is_taken_back)
{
    live execz = start_listening(HOURLY);
    g_autofree char *text = NULL;
    ended result = run_execz("add", "b", "every=2h", "shell=true", "--to-config", NULL);

    cr_expect(eq(int, result.status, 0), "%s", result.err);
    cr_expect(eq(int, run_execz("update", "b", "every=3h", "--to-config", NULL).status, 0));
    cr_assert(g_file_get_contents(own_path("tasks.conf.d/b.conf"), &text, NULL, NULL));
    expect_in(text, "[task:b]\n");
    expect_in(text, "every = 3h\n");
    expect_not_in(text, "every = 2h\n");
    cr_expect(eq(int, run_execz("update", "a", "cron=@daily", "--to-config", NULL).status, 3));
    cr_expect(ne(int, access(own_path("tasks.conf.d/a.conf"), F_OK), 0));
    end_listening(&execz);
}

/* ---- reload --------------------------------------------------------------------------------- */

Test(edits, reload_applies_what_has_changed_and_leaves_alone_what_has_not)
{
    live execz = start_listening(HOURLY "[task:b]\nevery = 1h\nshell = true\n"
                                        "[task:c]\nevery = 1h\nshell = true\n");
    ended result;

    cr_expect(eq(int, run_execz("update", "a", "timeout=5s", NULL).status, 0));
    own_file("tasks.conf", HOURLY "[task:b]\nevery = 2h\nshell = true\n"
                                  "[task:d]\nevery = 1h\nshell = true\n");
    result = run_execz("reload", "--dry-run", NULL);
    cr_expect(eq(str, result.out, (char *)"+ d\n~ b\n- c\nas before: 1; nothing was changed\n"));
    expect_in(run_execz("list", NULL).out, "\nc ");
    result = run_execz("reload", NULL);
    cr_expect(eq(str, result.out, (char *)"+ d\n~ b\n- c\nas before: 1\n"));
    result = run_execz("list", NULL);
    expect_not_in(result.out, "\nc ");
    expect_in(result.out, "\nd ");
    expect_in(run_execz("inspect", "a", NULL).out, "  timeout            5\n");
    end_listening(&execz);
}

Test(edits, a_hangup_reloads_and_a_wrong_file_changes_nothing)
{
    live execz = start_listening(HOURLY);

    own_file("tasks.conf", HOURLY "[task:b]\nevery = 2h\nshell = true\n");
    cr_assert(eq(int, kill(execz.pid, SIGHUP), 0));
    await(&execz, "execz: reloaded: tasks: 1 added, 0 changed, 0 removed, 1 as before\n");
    own_file("tasks.conf", "garbage\n");
    cr_assert(eq(int, kill(execz.pid, SIGHUP), 0));
    await(&execz, "tasks.conf:1:1: ");
    expect_in(run_execz("list", NULL).out, "\n2 tasks\n");
    end_listening(&execz);
}

/* ---- the past ------------------------------------------------------------------------------- */

/* The number of the first record among lines of JSON; caller frees. */
static char *
first_id(const char *lines)
{
    const char *at = strstr(lines, "\"id\":");

    cr_assert(at != NULL, "%s", lines);
    return g_strndup(at + 5, strspn(at + 5, "0123456789"));
}

Test(edits, history_is_filtered_and_trend_and_health_come_of_it)
{
    live execz = start_listening(HOURLY "[task:b]\nevery = 1h\nshell = echo no; exit 3\n");
    g_autofree char *id = NULL;
    g_autofree char *head = NULL;
    ended result;

    cr_expect(eq(int, run_execz("run", "a", NULL).status, 0));
    await(&execz, "EXECUTED       a ");
    cr_expect(eq(int, run_execz("run", "b", NULL).status, 0));
    await(&execz, "ERROR          b ");
    result = run_execz("history", "--failed", NULL);
    cr_expect(line_with(result.out, "b  ", "exited with status 3") != NULL, "%s", result.out);
    expect_not_in(result.out, "  a  ");
    result = run_execz("history", "--json", NULL);
    cr_expect(eq(uint, count_of(result.out, "\n"), 2));
    expect_in(result.out, "\"outcome\":\"error\"");
    id = first_id(result.out);
    head = g_strdup_printf("==> run %s of b, ", id);
    expect_in(run_execz("logs", id, NULL).out, head);
    cr_expect(eq(int, run_execz("logs", "99", NULL).status, 5));
    cr_expect(eq(int, run_execz("logs", "nope", NULL).status, 5));
    result = run_execz("list", NULL);
    cr_expect(line_with(result.out, "b  ", "  E  ") != NULL, "%s", result.out);
    expect_in(run_execz("inspect", "b", NULL).out,
              "  health             runs: 1, not ok: 1; half took");
    end_listening(&execz);
}

/* ---- a service ------------------------------------------------------------------------------ */

Test(edits, a_signal_gives_unfinished_runs_a_limited_time)
{
    live execz;

    own_file("tasks.conf", POOL "[task:a]\nat = now\nshell = touch ready; sleep 1000\n");
    execz = start_execz("start", "-c", "tasks.conf", "--drain", "100ms", NULL);
    await_file("ready");
    cr_assert(eq(int, kill(execz.pid, SIGTERM), 0));
    cr_expect(eq(int, await_end(&execz), 0), "%s", execz.text);
    cr_expect(line_with(execz.text, "CANCELLED", " a  ") != NULL, "%s", execz.text);
}

Test(edits, an_init_buries_orphans_passes_signals_on_and_exits_as_its_child)
{
    live execz;

    own_file("tasks.conf", POOL "[task:a]\nat = now\n"
                                "shell = (env -u EXECZ_TREE setsid sh -c 'echo $$ > orphan; "
                                "exec sleep 0.2' >/dev/null 2>&1 &); until [ -e orphan ]; do sleep "
                                "0.02; done\n");
    execz = start_execz("start", "-c", "tasks.conf", "--init", NULL);
    await(&execz, "EXECUTED       a ");
    await_gone(own_pid("orphan"));
    cr_assert(eq(int, kill(execz.pid, SIGTERM), 0));
    cr_expect(eq(int, await_end(&execz), 0), "%s", execz.text);
    cr_expect(eq(int, run_execz("start", "--init", "-c", "nope.conf", NULL).status, 3));
}

/* The next datagram; the fixture owns it. */
static char *
next_notice(int fd)
{
    char text[512];
    ssize_t n = recv(fd, text, sizeof text - 1, 0);

    cr_assert(gt(int, (int)n, 0));
    text[n] = '\0';
    return keep_text(text);
}

Test(edits, a_service_manager_hears_of_start_reload_watchdog_and_end)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const struct timeval patience = {.tv_sec = 60};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    unsigned n_alive = 0;
    char *notice;
    live execz;

    g_strlcpy(address.sun_path, own_path("notify"), sizeof address.sun_path);
    cr_assert(eq(int, bind(fd, (struct sockaddr *)&address, sizeof address), 0));
    cr_assert(eq(int, setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0));
    g_setenv("NOTIFY_SOCKET", address.sun_path, TRUE);
    g_setenv("WATCHDOG_USEC", "200000", TRUE);
    execz = start_listening(HOURLY);
    cr_expect(eq(str, next_notice(fd), (char *)"READY=1"));
    cr_assert(eq(int, kill(execz.pid, SIGHUP), 0));
    do {
        notice = next_notice(fd);
        n_alive += strcmp(notice, "WATCHDOG=1") == 0;
    } while (!g_str_has_prefix(notice, "RELOADING=1\nMONOTONIC_USEC="));
    while (strcmp(notice, "READY=1") != 0 || n_alive == 0) {
        char *next = next_notice(fd);

        n_alive += strcmp(next, "WATCHDOG=1") == 0;
        notice = strcmp(next, "WATCHDOG=1") == 0 && strcmp(notice, "READY=1") == 0 ? notice : next;
    }
    end_listening(&execz);
    do {
        notice = next_notice(fd);
    } while (strcmp(notice, "WATCHDOG=1") == 0);
    cr_expect(eq(str, notice, (char *)"STOPPING=1"));
    close(fd);
}

Test(edits, lines_for_the_journal_have_a_priority_and_no_time)
{
    ended result;

    own_file("tasks.conf", POOL "[task:a]\nat = now\nshell = exit 1\n");
    result =
        run_execz("start", "-c", "tasks.conf", "--until-idle", "--log-format", "journal", NULL);
    cr_expect(line_with(result.out, "<3>ERROR ", " a ") != NULL, "%s", result.out);
    cr_expect(line_with(result.out, "<6>STARTED ", " a ") != NULL, "%s", result.out);
    result = run_execz("start", "-c", "tasks.conf", "--until-idle", "--log-format", "xml", NULL);
    cr_expect(eq(int, result.status, 2));
}

/* ---- what looks at all of it ---------------------------------------------------------------- */

Test(edits, the_doctor_names_each_finding_with_its_mend)
{
    live execz = start_listening(HOURLY "[task:b]\nat = now\nfunction = nowhere:x\n");
    ended result;

    await(&execz, "BLOCKED        b ");
    own_file("tasks.conf", HOURLY);
    result = run_execz("doctor", NULL);
    cr_expect(eq(int, result.status, 1));
    expect_in(result.out, "- task 'b' is blocked: no function module 'nowhere'");
    expect_in(result.out, "tasks that are new, different or gone: 1\n");
    expect_in(result.out, "\n  mend: execz reload ");
    cr_expect(eq(int, run_execz("reload", NULL).status, 0));
    result = run_execz("doctor", NULL);
    expect_not_in(result.out, "task 'b'");
    end_listening(&execz);
}

Test(edits, top_shows_what_is_next_and_what_has_ended)
{
    live execz = start_listening(HOURLY);
    ended result;

    cr_expect(eq(int, run_execz("run", "a", NULL).status, 0));
    await(&execz, "EXECUTED       a ");
    result = run_execz("top", "--once", NULL);
    cr_expect(eq(int, result.status, 0), "%s", result.err);
    expect_in(result.out, "\ntasks: 1, paused: 0, blocked: 0, unfinished runs: 0\n");
    cr_expect(line_with(result.out, "a    ", " ago ") != NULL, "%s", result.out);
    end_listening(&execz);
}

Test(edits, what_people_have_written_into_the_file_of_a_task_stays)
{
    live execz = start_listening(HOURLY);
    g_autofree char *text = NULL;
    ended result;

    cr_assert(eq(int, mkdir(own_path("tasks.conf.d"), 0755), 0));
    own_file("tasks.conf.d/b.conf",
             "# mine\n[task:b]\n  every = 2h\nshell = echo \\\n  timeout = 1\n"
             "\n[task:c]\nevery = 5h\nshell = true\n");
    cr_assert(eq(int, run_execz("reload", NULL).status, 0));
    result = run_execz("update", "b", "every=3h", "shell=true", "--to-config", NULL);
    cr_expect(eq(int, result.status, 0), "%s", result.err);
    cr_assert(g_file_get_contents(own_path("tasks.conf.d/b.conf"), &text, NULL, NULL));
    cr_expect(eq(str, text,
                 (char *)"# mine\n[task:b]\n\nevery = 3h\nshell = true\n[task:c]\nevery = 5h\n"
                         "shell = true\n"));
    result = run_execz("update", "b", "shell=echo \\", "--to-config", NULL);
    cr_expect(eq(int, result.status, 2));
    expect_in(result.err, "a value of a configuration is one line");
    end_listening(&execz);
}

Test(edits, what_is_not_utf8_is_refused_rather_than_changed)
{
    ended result = run_execz("add", "a", "every=1h", "shell=cat \377", NULL);

    cr_expect(eq(int, result.status, 2));
    expect_in(result.err, " is not UTF-8, and cannot be kept as it is\n");
}

Test(edits, what_cannot_be_read_is_no_empty_crontab)
{
    ended result = run_execz("import", "crontab", ".", NULL);

    cr_expect(eq(int, result.status, 1));
    cr_expect(eq(str, result.err, (char *)"execz: cannot read .: Is a directory\n"));
    result = run_execz("import", "crontab", "nothing", NULL);
    cr_expect(eq(int, result.status, 5));
    cr_expect(
        eq(str, result.err, (char *)"execz: cannot read nothing: No such file or directory\n"));
}

Test(edits, a_crontab_is_imported_beside_the_configuration)
{
    live execz = start_listening(HOURLY);
    ended result;

    own_file("crontab", "*/5 * * * * /usr/bin/backup --full\n");
    result = run_execz("import", "crontab", "crontab", "--dry-run", NULL);
    cr_expect(eq(int, result.status, 0), "%s", result.err);
    expect_in(result.out, "[task:backup]\n");
    cr_expect(eq(int, run_execz("import", "crontab", "crontab", NULL).status, 0));
    expect_in(run_execz("list", NULL).out, "\nbackup ");
    own_file("crontab", "61 * * * * /usr/bin/backup --full\n");
    result = run_execz("import", "crontab", "crontab", NULL);
    cr_expect(eq(int, result.status, 1));
    expect_in(result.err, "crontab:1: ");
    end_listening(&execz);
}

Test(edits, shells_complete_commands_and_tasks)
{
    live execz = start_listening(HOURLY);
    ended result;

    expect_in(run_execz("complete", "commands", NULL).out, "\ntimeline\n");
    cr_expect(eq(str, run_execz("complete", "tasks", NULL).out, (char *)"a\n"));
    result = run_program("/bin/bash", "-c",
                         "PATH=$(dirname \"$0\"):$PATH; . \"$1\"; COMP_WORDS=(execz inspect \"\"); "
                         "COMP_CWORD=2; _execz; echo \"${COMPREPLY[@]}\"",
                         EXECZ_PROGRAM, EXECZ_SOURCE_DIR "/tools/completion/execz.bash", NULL);
    cr_expect(eq(str, result.out, (char *)"a\n"), "%s", result.err);
    end_listening(&execz);
}

Test(edits, a_run_that_is_waited_for_tells_how_it_ended)
{
    live execz = start_listening(HOURLY "[task:b]\nevery = 1h\nshell = exit 3\n");
    ended result = run_execz("run", "a", "--wait", NULL);

    cr_expect(eq(int, result.status, 0), "%s", result.err);
    expect_in(result.out, "task 'a': ok, took ");
    result = run_execz("run", "b", "--wait", NULL);
    cr_expect(eq(int, result.status, 1));
    expect_in(result.out, ": exited with status 3\n");
    cr_expect(eq(int, run_execz("run", "nope", "--wait", NULL).status, 5));
    end_listening(&execz);
}
