/* SPDX-License-Identifier: MIT */
#include "store/batch.h"

#include <string.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(batch, changes_come_in_their_order_with_their_texts)
{
    ez_batch batch;
    const execz_store_change *const *sealed;

    ez_batch_init(&batch);
    ez_batch_task(&batch, EXECZ_STORE_PUT_TASK, "a", 5, "{\"v\":1}");
    for (int i = 0; i < 1000; i++) { /* the texts move */
        ez_batch_task(&batch, EXECZ_STORE_NEXT_RUN, "b", i, NULL);
    }
    ez_batch_occurrence(&batch, EXECZ_STORE_END,
                        &(execz_history_record){.task = "c",
                                                .executor = "x",
                                                .scheduled = 7,
                                                .finished = 8,
                                                .attempt = 2,
                                                .outcome = EXECZ_OUTCOME_OK,
                                                .exit_status = -1,
                                                .output = "a\0b",
                                                .output_length = 3});
    sealed = ez_batch_seal(&batch);
    cr_assert(eq(sz, ez_batch_length(&batch), 1002));
    cr_expect(eq(str, (char *)sealed[0]->record, (char *)"{\"v\":1}"));
    cr_expect(all(eq(u64, sealed[0]->record_length, 7), eq(i64, sealed[0]->next_run, 5)));
    cr_expect(eq(str, (char *)sealed[500]->task, (char *)"b"));
    cr_expect(all(eq(i64, sealed[500]->next_run, 499), eq(ptr, (void *)sealed[500]->record, NULL)));
    cr_expect(eq(str, (char *)sealed[1001]->record, (char *)"{\"v\":1,\"executor\":\"x\"}"));
    cr_expect(all(eq(i64, sealed[1001]->run_time, 7), eq(i64, sealed[1001]->finished, 8)));
    cr_expect(all(eq(u32, sealed[1001]->attempt, 2), eq(u64, sealed[1001]->output_length, 3)));
    cr_expect(eq(int, memcmp(sealed[1001]->output, "a\0b", 3), 0));
    ez_batch_deinit(&batch);
}

Test(batch, what_could_not_be_committed_is_sealed_again_with_more)
{
    ez_batch batch;

    ez_batch_init(&batch);
    ez_batch_task(&batch, EXECZ_STORE_REMOVE_TASK, "a", 0, NULL);
    (void)ez_batch_seal(&batch);
    ez_batch_task(&batch, EXECZ_STORE_REMOVE_TASK, "b", 0, NULL);
    cr_expect(eq(str, (char *)ez_batch_seal(&batch)[0]->task, (char *)"a"));
    cr_expect(eq(str, (char *)ez_batch_seal(&batch)[1]->task, (char *)"b"));
    ez_batch_clear(&batch);
    cr_expect(eq(sz, ez_batch_length(&batch), 0));
    ez_batch_deinit(&batch);
}

Test(batch, beyond_its_limit_ends_are_dropped_and_counted_and_tasks_are_not)
{
    ez_batch batch;
    execz_history_record record = {.task = "a", .executor = "x", .exit_status = -1};

    ez_batch_init(&batch);
    g_array_set_size(batch.changes, EZ_BATCH_CHANGES_MAX);
    ez_batch_occurrence(&batch, EXECZ_STORE_OPEN, &record);
    ez_batch_occurrence(&batch, EXECZ_STORE_END, &record);
    cr_expect(eq(u64, batch.dropped, 1));
    ez_batch_task(&batch, EXECZ_STORE_REMOVE_TASK, "a", 0, NULL);
    cr_expect(eq(sz, ez_batch_length(&batch), EZ_BATCH_CHANGES_MAX + 1));
    ez_batch_deinit(&batch);
}
