/* SPDX-License-Identifier: MIT */
/* What the plugin says about itself, asked as a host asks. */
#include "threadpool/fixture.h"

#include "executor/host.h"

#include <dlfcn.h>

static const execz_executor_ops *ops;
static ez_executor *named; /* not started: whose runs they are */
static ez_options *options;
static ez_host host;
static execz_executor *plugin;

static void
start_plugin(void)
{
    g_autofree char *path = fixture_bundled("threadpool");
    void *file = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    const execz_plugin *(*entry)(uint32_t);
    const execz_component *part;
    g_autoptr(ez_report) report = ez_report_new();
    ez_setting settings[] = {{"max_workers", "2", {"x.conf", 1, 1}, {"x.conf", 1, 1}},
                             {"queue_limit", "3", {"x.conf", 2, 1}, {"x.conf", 2, 1}}};
    ez_options_source source = {.owner = "executor 'cpu'", .settings = settings, .n_settings = 2};
    execz_error err = EXECZ_ERROR_INIT;

    set_up();
    cr_assert(file != NULL, "%s", dlerror());
    *(void **)&entry = dlsym(file, "execz_plugin_entry");
    part = entry(EXECZ_ABI)->components[0];
    ops = part->ops;
    options = ez_options_check(part->options, part->n_options, &source, report);
    cr_assert(options != NULL);
    named = fixture_executor(around, path, NULL);
    ez_host_init(&host, &around->services, named, "cpu", options);
    cr_assert(eq(int, ops->start(&host.abi, "cpu", &plugin, &err), EXECZ_OK), "%s", err.message);
}

static void
stop_plugin(void)
{
    atomic_store(&released, true);
    (void)ops->shutdown(plugin, 0, EXECZ_NO_DEADLINE, NULL);
    cr_assert(ez_threads_join(&host.threads, patience_ends()));
    ops->destroy(plugin);
    ez_host_deinit(&host);
    ez_executor_free(named);
    ez_options_free(options);
    tear_down();
}

TestSuite(pool_stats, .init = start_plugin, .fini = stop_plugin);

static execz_status
send_directly(ez_run **run_out)
{
    ez_task *task = fixture_task("long");
    ez_run *run = fixture_open(around, task, named, 1);
    execz_error err = EXECZ_ERROR_INIT;
    execz_status status;

    ez_task_unref(task);
    run->source = EXECZ_SOURCE_MANUAL;
    status = ops->send_task(plugin, &run->view->abi, ez_run_plain_times(run), 1, run->token, &err);
    ops->flush(plugin);
    if (status != EXECZ_OK) {
        ez_runs_close(around->services.runs, run);
    }
    *run_out = run;
    return status;
}

static execz_stats
get_stats(void)
{
    execz_stats stats = {.size = sizeof stats};

    cr_assert(eq(int, ops->stats(plugin, &stats), EXECZ_OK));
    return stats;
}

Test(pool_stats, are_all_zero_at_first_but_for_one_worker)
{
    execz_stats stats;

    WAIT_UNTIL(get_stats().busy == 0); /* it has looked for work */
    stats = get_stats();
    cr_expect(all(eq(u32, stats.workers, 1), eq(u32, stats.busy, 0), eq(u32, stats.queued, 0),
                  eq(u64, stats.accepted, 0), eq(u64, stats.finished, 0),
                  eq(u64, stats.refused, 0)));
}

Test(pool_stats, count_what_was_sent_runs_and_waits)
{
    ez_run *run;
    execz_stats stats;

    for (int i = 0; i < 5; i++) {
        cr_assert(eq(int, send_directly(&run), EXECZ_OK));
    }
    WAIT_UNTIL(atomic_load(&n_running) == 2);
    (void)ops->cancel(plugin, run->token);
    cr_assert(eq(int, send_directly(&run), EXECZ_OK), "in the place of the cancelled one");
    cr_assert(eq(int, send_directly(&run), EXECZ_E_BUSY));
    stats = get_stats();
    cr_expect(all(eq(u32, stats.workers, 2), eq(u32, stats.busy, 2), eq(u32, stats.queued, 3)));
    cr_expect(all(eq(u64, stats.accepted, 6), eq(u64, stats.refused, 1)));
    cr_expect(eq(u64, stats.finished, 1), "the cancelled one");
}

Test(pool_stats, come_to_rest)
{
    ez_run *run;

    for (int i = 0; i < 4; i++) {
        (void)send_directly(&run);
    }
    atomic_store(&released, true);
    for (int i = 0; i < 4; i++) {
        run = (ez_run *)fixture_next_message(around, true);
        cr_assert(run != NULL);
        ez_runs_close(around->services.runs, run);
    }
    WAIT_UNTIL(get_stats().busy == 0);
    cr_expect(all(eq(u32, get_stats().queued, 0), eq(u64, get_stats().finished, 4)));
    cr_expect(gt(u32, get_stats().workers, 0), "they stay");
}
