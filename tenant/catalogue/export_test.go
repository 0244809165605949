package catalogue

import "switchboard/tenant"

// Plan returns how the database would write the new items of a snapshot that is
// being read.
func Plan(tx tenant.Tx, s Snapshot) (lines []string, err error) {
	if _, err := compare(tx, s); err != nil {
		return nil, err
	}
	rows, err := tx.Rows("explain "+insertStaged, s.SourceID, s.ID, s.Seq)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return nil, err
		}
		lines = append(lines, line)
	}
	return lines, rows.Err()
}
