-- The next file of a batch, however many wait in it (src/order/batch.ts).
create index change_file_next on change_file (batch_id, (type is not null), type, sequence, source collate "C", id)
  where state = 'waiting';
-- The latest missing numbers of a customer, however long its history is (src/order/status-rows.ts).
create index batch_note_missing on batch_note (change_file_id) where kind = 'missing-numbers';
