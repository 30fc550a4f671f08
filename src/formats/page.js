'use strict';
(function () {
	const byId = (id) => document.getElementById(id);
	const list = byId('findings');
	const findings = Array.from(list.querySelectorAll('.finding'));
	const kinds = Array.from(document.querySelectorAll('.kinds input'));
	const texts = new Map(findings.map(
		(f) => [f, f.textContent.toLowerCase()]));
	const numbers = {bytes: 1, objects: 1, count: 1};

	document.documentElement.classList.add('js');
	byId('filters').hidden = findings.length < 2;

	function nameOf(finding) {
		return finding.querySelector('.name').textContent;
	}

	function filter() {
		const words = byId('words').value.toLowerCase()
			.split(/\s+/).filter(Boolean);
		const wanted = new Set(kinds.filter((k) => k.checked)
			.map((k) => k.value));
		const state = byId('state').value;
		let shown = 0;

		for (const f of findings) {
			const isShown = wanted.has(f.dataset.kind) &&
				(!state || f.dataset.state === state ||
				 (state === 'fails' && f.dataset.fails === '1')) &&
				words.every((w) => texts.get(f).includes(w));
			f.hidden = !isShown;
			shown += isShown;
		}
		byId('shown').textContent = shown + ' of ' + findings.length +
			' shown';
	}

	function sort() {
		const key = byId('order').value;
		const sorted = findings.slice();

		if (numbers[key])
			sorted.sort((a, b) => b.dataset[key] - a.dataset[key]);
		else if (key === 'kind')
			sorted.sort((a, b) =>
				a.dataset.kind.localeCompare(b.dataset.kind));
		else if (key === 'name')
			sorted.sort((a, b) =>
				nameOf(a).localeCompare(nameOf(b)));
		list.append(...sorted);
	}

	function openAll(isOpen) {
		for (const f of findings)
			f.querySelector('details').open = isOpen;
		byId('all').textContent = isOpen ? 'Close all' : 'Open all';
	}

	function openTarget() {
		const target = location.hash &&
			byId(decodeURIComponent(location.hash.slice(1)));

		if (target && findings.includes(target)) {
			target.querySelector('details').open = true;
			target.scrollIntoView();
		}
	}

	/* The flame graph: the box that was clicked becomes as wide as all. */
	function startFlame(flame) {
		const boxes = Array.from(flame.querySelectorAll('.box')).map(
			(element) => ({
				element,
				left: parseFloat(element.style.left),
				width: parseFloat(element.style.width),
			}));

		function zoom(to) {
			const scale = 100 / to.width;

			for (const b of boxes) {
				/* Callers stay, in full width. */
				const isAround = b.left <= to.left + 1e-3 &&
					b.left + b.width >=
					to.left + to.width - 1e-3;
				const left = isAround ? 0 :
					(b.left - to.left) * scale;
				const width = isAround ? 100 : b.width * scale;

				b.element.hidden = left + width < 0.01 ||
					left > 99.99;
				b.element.style.left = left + '%';
				b.element.style.width = width + '%';
			}
		}
		for (const b of boxes)
			b.element.addEventListener('click', () => zoom(b));
	}

	byId('filters').addEventListener('input', filter);
	byId('filters').addEventListener('submit', (e) => e.preventDefault());
	byId('order').addEventListener('change', sort);
	byId('all').addEventListener('click', () =>
		openAll(byId('all').textContent === 'Open all'));
	addEventListener('hashchange', openTarget);
	addEventListener('beforeprint', () => openAll(true));
	document.querySelectorAll('.flame').forEach(startFlame);
	filter();
	openTarget();
})();
